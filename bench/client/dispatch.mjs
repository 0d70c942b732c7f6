// One event to its listeners, with nothing to decode: the client's dispatch beside emitters.
//
// The client does more than they do: positions that do not come twice, listeners that may leave in
// the middle, errors that reach no other listener, promises that reject.
import { EventEmitter } from "eventemitter3";
import mitt from "mitt";
import { createNanoEvents } from "nanoevents";
import { createTopics } from "../../runtime/ts/dist/core/topics.js";
import { plainEvent, serverEvent } from "../../runtime/ts/dist/index.js";
import { table } from "./rounds.mjs";

const payload = { id: "a", current: 512, total: 1024 };

function cases(listeners) {
  const made = [];
  const add = (name, ours, setUp) => {
    let heard = 0;
    const run = setUp((value) => {
      heard += value.current;
    });
    made.push({
      name,
      ours,
      run,
      check() {
        if (!heard || heard % (listeners * payload.current))
          throw new Error(`${name} lost some`);
      },
    });
  };
  for (const [name, make] of [
    ["eventgen", plainEvent],
    [
      "eventgen, keyed event",
      (name, contract) => serverEvent(name, contract, { key: ["id"] }),
    ],
  ])
    add(name, true, (listen) => {
      const topics = createTopics(
        () => undefined,
        (error) => {
          throw error;
        },
      );
      const event = make("progress", "00000000");
      for (let i = 0; i < listeners; i++)
        topics.subscribe(event, { next: (value) => listen(value) });
      let seq = 0;
      return (n) => {
        for (let i = 0; i < n; i++)
          topics.dispatch("progress", {
            event: "progress",
            seq: ++seq,
            payload,
          });
      };
    });
  add("mitt", false, (listen) => {
    const bus = mitt();
    for (let i = 0; i < listeners; i++)
      bus.on("progress", (value) => listen(value));
    return (n) => {
      for (let i = 0; i < n; i++) bus.emit("progress", payload);
    };
  });
  add("nanoevents", false, (listen) => {
    const bus = createNanoEvents();
    for (let i = 0; i < listeners; i++)
      bus.on("progress", (value) => listen(value));
    return (n) => {
      for (let i = 0; i < n; i++) bus.emit("progress", payload);
    };
  });
  add("eventemitter3", false, (listen) => {
    const bus = new EventEmitter();
    for (let i = 0; i < listeners; i++)
      bus.on("progress", (value) => listen(value));
    return (n) => {
      for (let i = 0; i < n; i++) bus.emit("progress", payload);
    };
  });
  return made;
}

for (const listeners of [1, 10, 100])
  await table(
    `Dispatch to ${String(listeners)} listener${listeners > 1 ? "s" : ""}`,
    cases(listeners),
    Math.ceil(2000 / listeners),
  );
