import { defineTool, types } from "tama/compiler";

interface Line {
  readonly price: number;
  readonly quantity: number;
}

/** From so many pieces of one line on, its discount in percent. */
const discounts = [
  { from: 100, percent: 10 },
  { from: 25, percent: 5 },
];
const vatPercent = 19;

export default defineTool({
  name: "quote_total",
  description: "Adds up a quote: the discount of each line, the net sum, the tax and the total, in euros.",
  input: types.object({ lines: types.list(types.object({ price: types.number, quantity: types.int })) }),
  undo: "idempotent",
  run: ({ lines }: { readonly lines: readonly Line[] }) => {
    const bad = lines.findIndex(({ price, quantity }) => price <= 0 || quantity <= 0);
    if (bad !== -1) throw new Error(`line ${bad + 1} needs a price and a quantity above 0`);
    const sums = lines.map((line) => cents(line));
    const net = sums.reduce((sum, line) => sum + line, 0);
    const tax = Math.round((net * vatPercent) / 100);
    return { lines: sums.map(euros), net: euros(net), tax: euros(tax), total: euros(net + tax) };
  },
});

/** Whole cents: sums of euros would not be exact. */
function cents({ price, quantity }: Line): number {
  const percent = discounts.find(({ from }) => quantity >= from)?.percent ?? 0;
  return Math.round((Math.round(price * 100) * quantity * (100 - percent)) / 100);
}

function euros(amount: number): string {
  return (amount / 100).toFixed(2);
}
