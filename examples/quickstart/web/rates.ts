import { element } from '../../internal/page/ts/window';

const shown = 160; // samples
const every = 250; // milliseconds
const height = 56;

interface Series {
  readonly samples: number[]; // deliveries a second
  readonly number: HTMLElement;
  count: number;
}

const series = (id: string): Series => ({ samples: new Array<number>(shown).fill(0), number: element(id), count: 0 });

/** Draws how many deliveries come each second: raw beside throttled. */
export function rates(canvas: HTMLCanvasElement) {
  const raw = series('raw-rate');
  const throttled = series('throttled-rate');
  let before = performance.now();

  const draw = (context: CanvasRenderingContext2D, { samples, number }: Series, top: number) => {
    context.beginPath();
    samples.forEach((value, i) => {
      const x = (i / (shown - 1)) * canvas.width;
      const y = canvas.height - 2 - (value / top) * (canvas.height - 6);
      if (i) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.strokeStyle = getComputedStyle(number).color;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.stroke();
  };

  setInterval(() => {
    // Timers of a busy or hidden page come late: what counts is the time that has passed.
    const now = performance.now();
    const seconds = (now - before) / 1000;
    before = now;
    for (const one of [raw, throttled]) {
      one.samples.push(one.count / seconds);
      one.samples.shift();
      one.count = 0;
      const recent = one.samples.slice(-8);
      one.number.textContent = (recent.reduce((sum, rate) => sum + rate, 0) / recent.length).toFixed(0);
    }
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const context = canvas.getContext('2d');
    if (!context) return;
    const top = Math.max(10, ...raw.samples);
    draw(context, raw, top);
    draw(context, throttled, top);
  }, every);

  return {
    raw() {
      raw.count++;
    },
    throttled() {
      throttled.count++;
    },
  };
}
