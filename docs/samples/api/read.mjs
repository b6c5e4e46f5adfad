// node read.mjs ID
const id = encodeURIComponent(process.argv[2]);
const response = await fetch(`${process.env.PROMOSMS_ADDRESS}/api/v1/messages/${id}`, {
  headers: { Authorization: `Bearer ${process.env.PROMOSMS_KEY}` },
  signal: AbortSignal.timeout(30_000),
});
const answer = await response.json();
if (!response.ok) {
  console.error(`${answer.code}: ${answer.detail}`);
  process.exit(1);
}
console.log(answer.id, answer.status);
