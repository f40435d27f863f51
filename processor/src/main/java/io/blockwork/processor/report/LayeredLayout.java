package io.blockwork.processor.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A drawing of a graph without circles in layers, from top to bottom, after Sugiyama et al. 1981:
 * each item stands below all that it reads, lines that pass a layer have a place of their own in
 * it, and the order within layers is chosen so that few lines cross. Lines of one item that go on
 * together share their places, and chains stand straight (after Brandes and Köpf 2001).
 */
final class LayeredLayout {
  private static final int SWEEPS = 12;
  private static final int ROUNDS = 8;
  private static final double LINE = 9;
  private static final double BETWEEN = 12;
  private static final double GAP = 42;

  /** How far an item reaches from its axis, and how high it is. */
  record Size(double left, double right, double height) {}

  /** A line from one item to another behind it. */
  record Link(int from, int to) {}

  /** A place on the way of a line: it passes from {@code top} to {@code bottom} at {@code x}. */
  record Pass(double x, double top, double bottom) {}

  /** A place in a layer: of an item, or of the lines that come from it and pass. */
  private static final class Cell {
    private final int layer;
    private final boolean line;
    private final Size size;
    private final List<Cell> above = new ArrayList<>();
    private final List<Cell> below = new ArrayList<>();
    private Column column = new Column();
    private int index;

    Cell(int layer, boolean line, Size size) {
      this.layer = layer;
      this.line = line;
      this.size = size;
    }
  }

  /** Cells that stand straight below each other. */
  private static final class Column {
    private final List<Cell> cells = new ArrayList<>();
    private double x;
    private double most;
  }

  private final List<Size> sizes;
  private final List<Link> links;
  private final int[] layerOf;
  private final Cell[] cells;
  private final List<List<Cell>> lines = new ArrayList<>();
  private final List<List<Cell>> layers = new ArrayList<>();
  private final double[] tops;
  private double width;

  /**
   * Lays out a graph.
   *
   * @param sizes of the items
   * @param links each from an item to a later one
   * @param last items that stand in the last layer, wherever they could stand
   */
  LayeredLayout(List<Size> sizes, List<Link> links, List<Integer> last) {
    this.sizes = sizes;
    this.links = links;
    this.layerOf = layers(last);
    this.cells = new Cell[sizes.size()];
    place();
    order();
    spread();
    this.tops = tops();
  }

  /** Where the item's axis is. */
  double x(int item) {
    return cells[item].column.x;
  }

  /** The top of the item. */
  double y(int item) {
    int layer = layerOf[item];
    return tops[layer] + (height(layer) - sizes.get(item).height()) / 2;
  }

  /** The top of the layer in which the item stands. */
  double top(int item) {
    return tops[layerOf[item]];
  }

  /** Whether nothing stands beside an item as far as {@code x}. */
  boolean isFree(int item, double x) {
    double left = Math.min(x, x(item));
    double right = Math.max(x, x(item));
    return layers.get(layerOf[item]).stream()
        .filter(cell -> cell != cells[item])
        .noneMatch(
            cell ->
                cell.column.x + cell.size.right() > left
                    && cell.column.x - cell.size.left() < right);
  }

  /** The bottom of the layer in which the item stands. */
  double bottom(int item) {
    return tops[layerOf[item]] + height(layerOf[item]);
  }

  /** The places that the line passes between its ends. */
  List<Pass> passes(Link link) {
    List<Pass> passes = new ArrayList<>();
    for (int layer = layerOf[link.from()] + 1; layer < layerOf[link.to()]; layer++) {
      Cell cell = lines.get(link.from()).get(layer - layerOf[link.from()] - 1);
      passes.add(new Pass(cell.column.x, tops[layer], tops[layer] + height(layer)));
    }
    return passes;
  }

  double width() {
    return width;
  }

  double height() {
    return tops[layers.size() - 1] + height(layers.size() - 1);
  }

  private int[] layers(List<Integer> last) {
    int[] layer = new int[sizes.size()];
    for (Link link : links) {
      layer[link.to()] = Math.max(layer[link.to()], layer[link.from()] + 1);
    }
    int most = Arrays.stream(layer).max().orElse(0);
    last.forEach(item -> layer[item] = most);
    return layer;
  }

  private void place() {
    int[] until = layerOf.clone();
    links.forEach(
        link -> until[link.from()] = Math.max(until[link.from()], layerOf[link.to()] - 1));
    for (int i = 0; i <= Arrays.stream(layerOf).max().orElse(0); i++) {
      layers.add(new ArrayList<>());
    }
    for (int item = 0; item < cells.length; item++) {
      cells[item] = new Cell(layerOf[item], false, sizes.get(item));
      layers.get(layerOf[item]).add(cells[item]);
    }
    for (int item = 0; item < cells.length; item++) {
      List<Cell> line = new ArrayList<>();
      for (int layer = layerOf[item] + 1; layer <= until[item]; layer++) {
        Cell cell = new Cell(layer, true, new Size(LINE, LINE, 0));
        join(line.isEmpty() ? cells[item] : line.get(line.size() - 1), cell);
        line.add(cell);
        layers.get(layer).add(cell);
      }
      lines.add(line);
    }
    for (Link link : links) {
      int steps = layerOf[link.to()] - layerOf[link.from()] - 1;
      join(
          steps == 0 ? cells[link.from()] : lines.get(link.from()).get(steps - 1),
          cells[link.to()]);
    }
  }

  private static void join(Cell above, Cell below) {
    above.below.add(below);
    below.above.add(above);
  }

  /** Puts each layer in the order of what its cells are joined with, up and down in turn. */
  private void order() {
    number();
    long fewest = crossings();
    List<List<Cell>> best = copy();
    for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      boolean down = sweep % 2 == 0;
      for (int i = 1; i < layers.size(); i++) {
        List<Cell> layer = layers.get(down ? i : layers.size() - 1 - i);
        double[] wish = new double[layer.size()];
        for (Cell cell : layer) {
          wish[cell.index] =
              (down ? cell.above : cell.below)
                  .stream().mapToInt(other -> other.index).average().orElse(cell.index);
        }
        layer.sort((a, b) -> Double.compare(wish[a.index], wish[b.index]));
        number();
      }
      long crossings = crossings();
      if (crossings < fewest) {
        fewest = crossings;
        best = copy();
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.set(i, best.get(i));
    }
    number();
  }

  private List<List<Cell>> copy() {
    List<List<Cell>> copy = new ArrayList<>();
    layers.forEach(layer -> copy.add(new ArrayList<>(layer)));
    return copy;
  }

  private void number() {
    for (List<Cell> layer : layers) {
      for (int i = 0; i < layer.size(); i++) {
        layer.get(i).index = i;
      }
    }
  }

  private long crossings() {
    long crossings = 0;
    for (List<Cell> layer : layers) {
      List<int[]> seen = new ArrayList<>();
      for (Cell cell : layer) {
        for (Cell other : cell.below) {
          for (int[] line : seen) {
            crossings += line[0] < cell.index && line[1] > other.index ? 1 : 0;
          }
          seen.add(new int[] {cell.index, other.index});
        }
      }
    }
    return crossings;
  }

  /**
   * Gives chains a common axis, and each as much room to the left as to the right; then moves what
   * can be moved towards what it is joined with.
   */
  private void spread() {
    List<Column> columns = columns();
    for (Column column : columns) {
      column.x = column.cells.stream().mapToDouble(c -> c.size.left()).max().orElse(0);
    }
    for (boolean moved = true; moved; ) {
      moved = false;
      for (List<Cell> layer : layers) {
        for (int i = 1; i < layer.size(); i++) {
          double least = layer.get(i - 1).column.x + distance(layer, i);
          moved |= layer.get(i).column.x < least;
          layer.get(i).column.x = Math.max(layer.get(i).column.x, least);
        }
      }
    }
    for (List<Cell> layer : layers) {
      for (Cell cell : layer) {
        width = Math.max(width, cell.column.x + cell.size.right());
      }
    }
    for (Column column : columns) {
      column.most = width - column.cells.stream().mapToDouble(c -> c.size.right()).max().orElse(0);
    }
    for (boolean moved = true; moved; ) {
      moved = false;
      for (List<Cell> layer : layers) {
        for (int i = layer.size() - 1; i > 0; i--) {
          double most = layer.get(i).column.most - distance(layer, i);
          moved |= layer.get(i - 1).column.most > most;
          layer.get(i - 1).column.most = Math.min(layer.get(i - 1).column.most, most);
        }
      }
    }
    columns.forEach(column -> column.x = (column.x + column.most) / 2);
    for (int round = 0; round < ROUNDS; round++) {
      columns.forEach(this::settle);
    }
    crop(columns);
  }

  /** Chains, as far as none crosses another. */
  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    for (List<Cell> layer : layers) {
      int last = -1;
      for (Cell cell : layer) {
        Cell above = straightAbove(cell);
        if (above != null && above.index > last) {
          last = above.index;
          cell.column = above.column;
        } else {
          columns.add(cell.column);
        }
        cell.column.cells.add(cell);
      }
    }
    return columns;
  }

  /** What a cell continues: lines that pass beside a chain do not break it. */
  private static @Nullable Cell straightAbove(Cell cell) {
    if (cell.line) {
      Cell above = cell.above.get(0);
      return above.line || above.below.size() == 1 ? above : null;
    }
    List<Cell> items = cell.above.stream().filter(other -> !other.line).distinct().toList();
    if (items.size() == 1 && cell.above.size() <= 2) {
      boolean only = items.get(0).below.stream().filter(o -> !o.line).distinct().count() == 1;
      return only ? items.get(0) : null;
    }
    boolean end = cell.above.size() == 1 && cell.above.get(0).below.size() == 1;
    return end ? cell.above.get(0) : null;
  }

  private static double distance(List<Cell> layer, int i) {
    return layer.get(i - 1).size.right() + BETWEEN + layer.get(i).size.left();
  }

  /** Moves a column to the middle of what it is joined with, as far as its neighbours let it. */
  private void settle(Column column) {
    double sum = 0;
    int others = 0;
    double least = -Double.MAX_VALUE;
    double most = Double.MAX_VALUE;
    for (Cell cell : column.cells) {
      for (List<Cell> side : List.of(cell.above, cell.below)) {
        for (Cell other : side) {
          if (other.column != column && (cell.line || !other.line || side.size() > 2)) {
            sum += other.column.x;
            others++;
          }
        }
      }
      List<Cell> layer = layers.get(cell.layer);
      if (cell.index > 0) {
        least = Math.max(least, layer.get(cell.index - 1).column.x + distance(layer, cell.index));
      }
      if (cell.index + 1 < layer.size()) {
        double right = layer.get(cell.index + 1).column.x;
        most = Math.min(most, right - distance(layer, cell.index + 1));
      }
    }
    if (others > 0) {
      column.x = Math.max(least, Math.min(most, sum / others));
    }
  }

  private void crop(List<Column> columns) {
    double left = Double.MAX_VALUE;
    double right = 0;
    for (List<Cell> layer : layers) {
      for (Cell cell : layer) {
        left = Math.min(left, cell.column.x - cell.size.left());
        right = Math.max(right, cell.column.x + cell.size.right());
      }
    }
    for (Column column : columns) {
      column.x -= left;
    }
    width = right - left;
  }

  private double height(int layer) {
    return layers.get(layer).stream().mapToDouble(cell -> cell.size.height()).max().orElse(0);
  }

  private double[] tops() {
    double[] tops = new double[layers.size()];
    for (int i = 1; i < tops.length; i++) {
      tops[i] = tops[i - 1] + height(i - 1) + GAP;
    }
    return tops;
  }
}
