#!/usr/bin/env node
// Stores an answer, reads the score, and shows what a refusal says:
//
//   MITTARI_URL=http://localhost:8080 MITTARI_KEY=… node example.ts
//
// The key needs the scopes responses:write and scores:read. Node 22.18 or later runs it as
// it stands; tsc compiles it for others. For types of every route see ../clients/smoke.ts.

declare const process: { env: Record<string, string | undefined> };

interface Problem {
  code: string;
  detail: string;
  errors?: { field: string; message: string }[];
}

/** The server's problem document (RFC 9457). */
class Refused extends Error {
  problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

const tries = 5;

/** Sends a request and gives the answer. It is sent again while the server is busy or away. */
async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { Authorization: `Bearer ${process.env["MITTARI_KEY"]}`, "Content-Type": "application/json" };
  for (let attempt = 1; ; attempt++) {
    let wait = 2 ** attempt / 4;
    try {
      const answer = await fetch(process.env["MITTARI_URL"] + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
      });
      if (answer.ok) return (await answer.json()) as T;
      if (![429, 503].includes(answer.status) || attempt === tries) {
        if (answer.headers.get("Content-Type") !== "application/problem+json") throw new Error(`status ${answer.status}`);
        throw new Refused((await answer.json()) as Problem);
      }
      wait = Number(answer.headers.get("Retry-After") ?? wait);
    } catch (error) {
      // TypeError: the server can't be reached; TimeoutError: it does not answer
      if (!["TypeError", "TimeoutError"].includes((error as Error).name) || attempt === tries) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
  }
}

// A submission_id of yours makes it safe to send again: it is stored once.
const stored = await call<{ id: string; new: boolean }>("POST", "/v1/responses", {
  submission_id: "ord-8412-typescript",
  touchpoint: "typescript",
  metric: "nps",
  score: 9,
  comment: "Quick and friendly.",
});
console.log("stored", stored.id, stored.new ? "now" : "before");

const query = new URLSearchParams({ metric: "nps", window: "today", touchpoint: "typescript" });
const { scores } = await call<{ scores: { score?: number; sample_size?: number }[] }>("GET", `/v1/scores?${query}`);
console.log(`nps ${scores[0]?.score} of ${scores[0]?.sample_size}`);

// What is wrong is told field by field.
try {
  await call("POST", "/v1/responses", { touchpoint: "typescript", metric: "nps", score: 11 });
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  for (const fault of error.problem.errors ?? []) console.log("refused:", error.problem.code, fault.field, fault.message);
}

export {};
