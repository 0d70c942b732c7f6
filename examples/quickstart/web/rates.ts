import { element } from './page';

const shown = 160; // samples
const every = 250; // milliseconds
const height = 64;

interface Series {
  readonly samples: number[]; // deliveries a second
  readonly number: HTMLElement;
  count: number;
}

const series = (id: string): Series => ({ samples: [], number: element(id), count: 0 });

/** Draws how many deliveries come each second: raw beside throttled. */
export function rates(canvas: HTMLCanvasElement) {
  const raw = series('raw-rate');
  const throttled = series('throttled-rate');
  let before = performance.now();

  /** Draws in pixels of the page: the canvas may have more. */
  const draw = (context: CanvasRenderingContext2D, { samples, number }: Series, top: number) => {
    const { clientWidth: width } = canvas;
    const x = (i: number) => ((i + shown - samples.length) / (shown - 1)) * width;
    const line = new Path2D();
    samples.forEach((value, i) => {
      line.lineTo(x(i), height - 1 - (value / top) * (height - 4));
    });
    context.strokeStyle = context.fillStyle = getComputedStyle(number).color;
    context.lineWidth = 1.5;
    context.stroke(line);
    line.lineTo(width, height);
    line.lineTo(x(0), height);
    context.globalAlpha = 0.12;
    context.fill(line);
    context.globalAlpha = 1;
  };

  setInterval(() => {
    // Timers of a busy or hidden page come late: what counts is the time that has passed.
    const now = performance.now();
    const seconds = (now - before) / 1000;
    before = now;
    for (const one of [raw, throttled]) {
      one.samples.push(one.count / seconds);
      if (one.samples.length > shown) one.samples.shift();
      one.count = 0;
      const recent = one.samples.slice(-8);
      one.number.textContent = (recent.reduce((sum, rate) => sum + rate, 0) / recent.length).toFixed(0);
    }
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    const top = Math.max(10, ...raw.samples);
    draw(context, raw, top);
    draw(context, throttled, top);
    context.fillStyle = getComputedStyle(raw.number).color;
    context.font = '10px sans-serif';
    context.fillText(`up to ${top.toFixed(0)}`, 0, 10);
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
