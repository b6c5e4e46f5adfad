<?php
// php read.php ID
$request = [
    'header' => ['Authorization: Bearer ' . getenv('PROMOSMS_KEY')],
    'timeout' => 30,
    'follow_location' => 0,
    'ignore_errors' => true, // a problem has a body, too
];
$context = stream_context_create(['http' => $request]);
$address = getenv('PROMOSMS_ADDRESS') . '/api/v1/messages/' . rawurlencode($argv[1]);
$body = file_get_contents($address, false, $context);
if ($body === false) {
    exit(1);
}
$answer = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
if (isset($answer['code'])) {
    fwrite(STDERR, "{$answer['code']}: {$answer['detail']}\n");
    exit(1);
}
echo "{$answer['id']} {$answer['status']}\n";
