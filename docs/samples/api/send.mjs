// node send.mjs
import { randomUUID } from "node:crypto";

const response = await fetch(`${process.env.PROMOSMS_ADDRESS}/api/v1/messages`, {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.PROMOSMS_KEY}`,
    "Content-Type": "application/json",
    "Idempotency-Key": randomUUID(),
  },
  body: JSON.stringify({ to: "+48600100200", text: "Your parcel is at our counter." }),
  signal: AbortSignal.timeout(30_000),
});
const answer = await response.json();
if (!response.ok) {
  console.error(`${answer.code}: ${answer.detail}`);
  process.exit(1);
}
console.log(answer.id, answer.status);
