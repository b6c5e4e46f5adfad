// One page fades into the next where nobody has asked for less motion (`static/css/elements.css`).
// A second press skips that: then nobody waits for it, and nothing has failed.
for (const name of ["pageswap", "pagereveal"]) {
  addEventListener(name, (event) => {
    for (const end of ["ready", "finished", "updateCallbackDone"]) event.viewTransition?.[end].catch(() => {});
  });
}
