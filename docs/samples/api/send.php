<?php
// php send.php
$request = [
    'method' => 'POST',
    'header' => [
        'Authorization: Bearer ' . getenv('PROMOSMS_KEY'),
        'Content-Type: application/json',
        'Idempotency-Key: ' . bin2hex(random_bytes(16)),
    ],
    'content' => json_encode(['to' => '+48600100200', 'text' => 'Your parcel is at our counter.']),
    'timeout' => 30,
    'follow_location' => 0,
    'ignore_errors' => true, // a problem has a body, too
];
$context = stream_context_create(['http' => $request]);
$body = file_get_contents(getenv('PROMOSMS_ADDRESS') . '/api/v1/messages', false, $context);
if ($body === false) {
    exit(1);
}
$answer = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
if (isset($answer['code'])) {
    fwrite(STDERR, "{$answer['code']}: {$answer['detail']}\n");
    exit(1);
}
echo "{$answer['id']} {$answer['status']}\n";
