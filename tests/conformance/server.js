// An SMSC made with the npm package smpp. It tells what comes as lines of JSON on standard
// output, and does what lines of JSON on standard input ask: {"refuse": [status, ...]} for the
// next submissions, {"send": command, "fields": {...}} to the last client.
"use strict";

const readline = require("node:readline");
const smpp = require("smpp");

const BINDS = ["bind_transceiver", "bind_transmitter", "bind_receiver"];
const refusals = [];
let taken = 0;
let receiver = null;

function say(news) {
  process.stdout.write(JSON.stringify(news) + "\n");
}

// What the package has understood of a text.
function understood(pdu) {
  const payload = pdu.message_payload ? pdu.message_payload.message : "";
  return {
    event: pdu.command,
    text: pdu.short_message.message || payload,
    payload: Boolean(payload),
    header: (pdu.short_message.udh || []).map((element) => element.toString("hex")),
    sar: [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum],
    source: [pdu.source_addr, pdu.source_addr_ton, pdu.source_addr_npi],
    destination: [pdu.destination_addr, pdu.dest_addr_ton, pdu.dest_addr_npi],
    coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    receipt: pdu.registered_delivery,
    // The package makes a time of it, also where it was relative.
    hours: pdu.validity_period ? Math.round((pdu.validity_period - Date.now()) / 3600000) : 0,
  };
}

function submitted(session, pdu) {
  const status = refusals.shift() || 0;
  taken += status ? 0 : 1;
  say({ ...understood(pdu), status, id: status ? "" : String(taken) });
  session.send(pdu.response({ command_status: status, message_id: String(taken) }));
}

function bound(session, pdu) {
  const good = pdu.password === "secret";
  say({ event: pdu.command, system_id: pdu.system_id, version: pdu.interface_version });
  receiver = pdu.command === "bind_transmitter" ? receiver : session;
  const status = good ? 0 : smpp.ESME_RINVPASWD;
  session.send(pdu.response({ command_status: status, system_id: "node", sc_interface_version: 0x34 }));
}

const server = smpp.createServer((session) => {
  for (const command of BINDS) {
    session.on(command, (pdu) => bound(session, pdu));
  }
  session.on("submit_sm", (pdu) => submitted(session, pdu));
  session.on("enquire_link", (pdu) => {
    say({ event: "enquire_link" });
    session.send(pdu.response());
  });
  session.on("unbind", (pdu) => {
    say({ event: "unbind" });
    session.send(pdu.response(), () => session.close());
  });
  session.on("unknown", (pdu) => session.send(pdu.response()));
  session.on("error", (problem) => say({ event: "error", problem: String(problem) }));
  session.on("close", () => say({ event: "close" }));
});

function ask({ send, fields }) {
  const options = { ...fields };
  for (const name of ["short_message", "message_payload"]) {
    if (options[name]) {
      options[name] = Buffer.from(options[name], "hex");
    }
  }
  receiver[send](options, (pdu) => say({ event: pdu.command, status: pdu.command_status }));
}

server.listen(0, "127.0.0.1", () => say({ event: "listening", port: server.address().port }));
readline
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line);
    if (order.refuse) {
      refusals.push(...order.refuse);
      say({ event: "refusing" });
    } else {
      ask(order);
    }
  })
  .on("close", () => process.exit(0));
