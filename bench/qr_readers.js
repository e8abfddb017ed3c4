// One library of others, asked in a process of its own: JSON in, a line of JSON out.
//
//     NODE_PATH=folder/node_modules node bench/qr_readers.js emvqr < texts.json
//
// Answers are as those of bench/qr_readers.py. Run by bench/qr_libraries.py.
"use strict";

const { readFileSync } = require("node:fs");

// Collected codes have expired, and some libraries rightly say so: ask as of November 2023.
const NOW = 1700000000000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [NOW]));
  }
  static now() {
    return NOW;
  }
};

const READERS = {
  "vietnam-qr-pay": (text) => new (require("vietnam-qr-pay").QRPay)(text).isValid,
  promptparse: (text) => require("promptparse").parse(text, true, true) !== null,
  "pix-utils": (text) => {
    const library = require("pix-utils");
    return !library.hasError(library.parsePix(text));
  },
  emvqr: (text) => Boolean(require("emvqr").decode(text)),
  "@walletfactory/emvqr": (text) => Boolean(require("@walletfactory/emvqr").decode(text)),
  "emvco-qr-sdk": (text) => {
    const library = require("emvco-qr-sdk");
    library.validateQRString(text);
    const objects = library.parseQR(text, { parseMode: library.QRParseMode.TLV });
    return library.getCrcInfo(text, objects).isValid !== false;
  },
  "ts-khqr": (text) => require("ts-khqr").KHQR.verify(text).isValid,
  "bakong-khqr": (text) => require("bakong-khqr").BakongKHQR.verify(text).isValid,
};

const WRITERS = {
  "sepa-payment-qr-code": (request) => {
    const names = { bic: "bic", purpose: "purposeCode", reference: "structuredReference" };
    const data = { name: request.name, iban: request.iban, amount: null };
    if (request.amount) data.amount = Number(request.amount);
    if (request.text) data.unstructuredReference = request.text;
    if (request.information) data.information = request.information;
    for (const [name, theirs] of Object.entries(names)) {
      if (request[name]) data[theirs] = request[name];
    }
    return require("sepa-payment-qr-code")(data);
  },
  paynowqr: (request) => {
    const data = { uen: request.account, editable: request.editable, company: request.name };
    if (request.amount) data.amount = Number(request.amount);
    if (request.expiry) data.expiry = request.expiry;
    if (request.reference) data.refNumber = request.reference;
    return new (require("paynowqr"))(data).output();
  },
};

// What is thrown when a library breaks, rather than when it refuses.
const BREAKS = [TypeError, RangeError, ReferenceError, SyntaxError];

function ask(name, given) {
  try {
    if (name in WRITERS) return { answer: "accepted", text: WRITERS[name](given) };
    return { answer: READERS[name](given) ? "accepted" : "refused" };
  } catch (error) {
    const broken = BREAKS.some((each) => error instanceof each);
    return { answer: broken ? "failed" : "refused", text: String(error) };
  }
}

const asked = JSON.parse(readFileSync(0, "utf8"));
console.log("\n" + JSON.stringify(asked.map((given) => ask(process.argv[2], given))));
