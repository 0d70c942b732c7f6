import { useEffect, useRef } from 'react';
import { useOnReading } from './events/react.gen';

const points = 240;

/** A live line of one sensor, drawn without a render: the readings of this key alone come here. */
export function Chart({ sensor, limit }: { sensor: string; limit: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const values = useRef<number[]>([]);

  useOnReading(
    ({ celsius }) => {
      values.current.push(celsius);
      if (values.current.length > points) values.current.shift();
    },
    { key: sensor },
  );

  useEffect(() => {
    let frame = requestAnimationFrame(function draw() {
      if (canvas.current) paint(canvas.current, values.current, limit);
      frame = requestAnimationFrame(draw);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [limit]);

  return <canvas ref={canvas} aria-label={`${sensor} over time`} role="img" />;
}

/** Draws in pixels of the page: the canvas may have more. */
function paint(canvas: HTMLCanvasElement, values: readonly number[], limit: number): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  const low = Math.min(limit - 12, ...values) - 2;
  const high = Math.max(limit + 4, ...values) + 2;
  const x = (i: number) => ((i + points - values.length) / (points - 1)) * width;
  const y = (value: number) => height * (1 - (value - low) / (high - low));
  const style = getComputedStyle(canvas);

  context.strokeStyle = style.getPropertyValue('--limit');
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(0, y(limit));
  context.lineTo(width, y(limit));
  context.stroke();

  const line = new Path2D();
  values.forEach((value, i) => {
    line.lineTo(x(i), y(value));
  });
  context.strokeStyle = context.fillStyle = style.getPropertyValue('--series');
  context.lineWidth = 1.75;
  context.setLineDash([]);
  context.stroke(line);
  line.lineTo(width, height);
  line.lineTo(x(0), height);
  context.globalAlpha = 0.1;
  context.fill(line);
}
