// A chosen file goes up in pieces before its form is sent, so that a lost connection costs one piece (tus 1.0).
// Without this script, or where it fails for good, the form sends the file itself.
"use strict";
(() => {
  const form = document.querySelector("form[data-pieces]");
  if (!form || !window.fetch || !Blob.prototype.slice) return;
  const input = form.querySelector("input[type=file]");
  const box = form.querySelector(".upload-progress");
  const bar = box.querySelector("progress");
  const words = box.querySelector(".upload-words");
  const pause = box.querySelector(".upload-pause");
  const text = box.dataset;
  const PIECE = 4 * 1024 * 1024;
  const WAITS = [1, 2, 5, 10, 20, 30];
  const HEADERS = { "Tus-Resumable": "1.0.0", "X-CSRFToken": form.elements.csrf_token.value, "Accept": "application/problem+json" };
  let isPaused = false;
  let wake = null;

  const keyOf = (file) => `upload:${form.dataset.pieces}:${file.name}:${file.size}:${file.lastModified}`;
  const remember = (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private mode */ } };
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const sleep = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  const base64 = (name) => btoa(String.fromCharCode(...new TextEncoder().encode(name)));
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

  class Refused extends Error {}

  async function ask(method, address, options = {}) {
    const answer = await fetch(address, { method, credentials: "same-origin", ...options, headers: { ...HEADERS, ...options.headers } });
    if (answer.ok || answer.status === 409) return answer;
    if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status));
    const problem = await answer.json().catch(() => ({}));
    const refusal = new Refused(problem.detail || String(answer.status));
    refusal.status = answer.status;
    throw refusal;
  }

  async function begin(file) {
    const answer = await ask("POST", form.dataset.pieces, { headers: { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(file.name)}` } });
    if (!answer.headers.has("Location")) throw new Refused((await answer.json()).detail);
    return answer.headers.get("Location");
  }

  function toldOffset(answer) {
    if (!answer.headers.has("Upload-Offset")) throw new Refused(text.failed);
    return Number(answer.headers.get("Upload-Offset"));
  }

  async function offsetOf(address) {
    const answer = await ask("HEAD", address);
    return toldOffset(answer);
  }

  function show(done, total, started, from) {
    const share = total ? done / total : 0;
    bar.value = share;
    const rate = (done - from) / Math.max((Date.now() - started) / 1000, 0.5);
    const left = rate > 0 && done < total ? Math.ceil((total - done) / rate) : 0;
    if (isPaused && done < total) { words.textContent = text.paused; return; }
    words.textContent = text.going.replace("{done}", megabytes(done)).replace("{total}", megabytes(total)).replace("{share}", String(Math.floor(share * 100))) + (left > 3 ? text.left.replace("{seconds}", String(left)) : "");
  }

  async function send(file, address, from) {
    const started = Date.now();
    let offset = from;
    let failures = 0;
    while (offset < file.size) {
      if (isPaused) await new Promise((done) => { wake = done; });
      try {
        const answer = await ask("PATCH", address, { body: file.slice(offset, offset + PIECE), headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) } });
        if (answer.status === 409) await sleep(1); // a request of before may still be writing
        offset = answer.status === 409 ? await offsetOf(address) : toldOffset(answer);
        failures = 0;
        show(offset, file.size, started, from);
      } catch (error) {
        if (error instanceof Refused) throw error;
        words.textContent = text.waiting;
        await sleep(WAITS[Math.min(failures, WAITS.length - 1)]);
        failures += 1;
        offset = await offsetOf(address).catch((again) => { if (again instanceof Refused) throw again; return offset; });
      }
    }
  }

  async function upload(file) {
    const key = keyOf(file);
    let address = recall(key);
    let offset = 0;
    if (address) {
      offset = await offsetOf(address).catch((error) => { if (error.status === 404) { address = null; return 0; } throw error; });
    }
    if (!address) address = await begin(file);
    remember(key, address);
    show(offset, file.size, Date.now(), offset);
    await send(file, address, offset);
    remember(key, null);
    return address.replace(/.*\//, "");
  }

  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? text.resume : text.pause;
    if (isPaused) words.textContent = text.paused;
    else if (wake) { wake(); wake = null; }
  });

  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file || form.elements.upload.value) return;
    event.preventDefault();
    event.stopPropagation();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    box.hidden = false;
    try {
      form.elements.upload.value = await upload(file);
      input.disabled = true;
      words.textContent = text.reading;
      form.submit();
    } catch (error) {
      words.textContent = error instanceof Refused ? error.message : text.failed;
      button.disabled = false;
    }
  });
})();
