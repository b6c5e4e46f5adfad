<?php
// php send.php
$login = base64_encode(getenv('PROMOSMS_LOGIN') . ':' . getenv('PROMOSMS_KEY'));
$request = [
    'method' => 'POST',
    'header' => [
        "Authorization: Basic $login",
        'Content-Type: application/x-www-form-urlencoded',
        'Accept: text/json',
    ],
    'content' => http_build_query([
        'type' => 1,
        'text' => 'Your parcel is at our counter.',
        'recipients' => ['+48600100200'],
        'return-send-recipients' => 1,
    ]),
    'timeout' => 30,
    'follow_location' => 0,
    'ignore_errors' => true, // a refusal has a body, too
];
$context = stream_context_create(['http' => $request]);
$body = file_get_contents(getenv('PROMOSMS_ADDRESS') . '/api/rest/v3_2/sms', false, $context);
if ($body === false) {
    exit(1);
}
$answer = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['response'];
if ($answer['status'] !== 0) {
    fwrite(STDERR, "{$answer['status']}: {$answer['message']}\n");
    exit(1);
}
echo "{$answer['recipientsResults'][0]['sms-id']}\n";
