<?php
// php tls.php https://sms.example.com [certificate.pem]
// TLS 1.2 or later; the certificate is checked against the name, redirects are not followed.
$tls = [
    'verify_peer' => true,
    'verify_peer_name' => true,
    'crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT,
];
if (isset($argv[2])) {
    $tls['cafile'] = $argv[2];
}
$http = ['timeout' => 10, 'follow_location' => 0];
$context = stream_context_create(['ssl' => $tls, 'http' => $http]);
$answer = file_get_contents($argv[1] . '/.well-known/security.txt', false, $context);
if ($answer === false) {
    exit(1);
}
echo $answer;
