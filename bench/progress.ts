/** One line on a terminal that says how far the work is; lines of their own, not too many, where there is no terminal. */
const linesApartMs = 5000;

export interface Progress {
  update: (text: string) => void;
  clear: () => void;
}

export function showProgress(title: string): Progress {
  const { stderr } = process;
  let lastLine = 0;
  return {
    update: (text) => {
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${title}: ${text}`.slice(0, stderr.columns + 4));
        return;
      }
      if (performance.now() - lastLine < linesApartMs) return;
      lastLine = performance.now();
      stderr.write(`${title}: ${text}\n`);
    },
    clear: () => {
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
  };
}
