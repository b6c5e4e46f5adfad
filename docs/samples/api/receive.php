<?php
// PROMOSMS_SECRET=whsec_... php -S 127.0.0.1:8080 receive.php
$key = base64_decode(substr(getenv('PROMOSMS_SECRET'), strlen('whsec_')));
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$sent = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$sent.$body", $key, true));
$signed = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
    $signed = hash_equals($right, $given) || $signed;
}
if (!$signed || !ctype_digit($sent) || abs(time() - (int) $sent) >= 300) {
    http_response_code(400);
    exit;
}
// An event may come twice: a real program keeps the ids in its database.
$known = sys_get_temp_dir() . '/promosms-' . hash('sha256', $id);
if (!file_exists($known)) {
    $event = json_decode($body, true, flags: JSON_THROW_ON_ERROR);
    file_put_contents('php://stdout', $event['type'] . ' ' . json_encode($event['data']) . "\n");
    touch($known);
}
http_response_code(204);
