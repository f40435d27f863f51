package io.blockwork.processor.report;

import static io.blockwork.processor.report.Markup.n;

import io.blockwork.processor.report.LayeredLayout.Link;
import io.blockwork.processor.report.LayeredLayout.Pass;
import io.blockwork.processor.report.LayeredLayout.Size;
import io.blockwork.processor.report.Sketch.Item;
import io.blockwork.processor.report.Sketch.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The graph of a part, from top to bottom: boxes with the names of the source, joins as circles.
 */
final class BlockPicture {
  private static final double MARGIN = 6;
  private static final double HIGH = 36;
  private static final double LOW = 22;
  private static final double RADIUS = 10;
  private static final double LEAST = 84;
  private static final double MOST = 270;
  private static final double PADDING = 9;
  private static final double STRAIGHT = 12;

  private final Sketch sketch;
  private final LayeredLayout layout;
  private final Map<Integer, List<Link>> into = new HashMap<>();
  private final Markup svg = new Markup();

  private BlockPicture(Sketch sketch) {
    this.sketch = sketch;
    List<Size> sizes = new ArrayList<>();
    sketch
        .links()
        .forEach(link -> into.computeIfAbsent(link.to(), item -> new ArrayList<>()).add(link));
    for (int i = 0; i < sketch.items().size(); i++) {
      sizes.add(size(i));
    }
    this.layout = new LayeredLayout(sizes, sketch.links(), sketch.last());
  }

  /**
   * The picture.
   *
   * @param name for those who hear it
   */
  static String svg(String name, Sketch sketch) {
    var picture = new BlockPicture(sketch);
    picture.draw();
    double width = picture.layout.width() + 2 * MARGIN;
    double height = picture.layout.height() + 2 * MARGIN;
    return new Markup()
        .add(
            "<svg class=\"part\" viewBox=\"0 0 %s %s\" width=\"%s\" height=\"%s\" role=\"img\"",
            n(width), n(height), n(width), n(height))
        .add(" aria-label=\"")
        .add(Markup.escape(name))
        .add("\">")
        .add(picture.svg.toString())
        .add("</svg>\n")
        .toString();
  }

  private void draw() {
    for (List<Link> links : into.values()) {
      links.sort(Comparator.comparingDouble(this::from));
    }
    for (int i = 0; i < sketch.items().size(); i++) {
      for (Link link : into.getOrDefault(i, List.of())) {
        line(link);
      }
    }
    for (int i = 0; i < sketch.items().size(); i++) {
      item(i);
    }
  }

  private Size size(int i) {
    Item item = sketch.items().get(i);
    double shape = 8 + Markup.width(below(item), 11, false);
    if (item.kind().isCircle()) {
      return new Size(RADIUS, Math.max(RADIUS, shape), 2 * RADIUS);
    }
    double half = width(i) / 2;
    return new Size(half, Math.max(half, shape), item.words().isEmpty() ? LOW : HIGH);
  }

  /** What is written below an item, beside the lines that leave it. */
  private static String below(Item item) {
    return item.kind().isCircle() ? item.name() + " " + item.shape() : item.shape();
  }

  private double width(int i) {
    Item item = sketch.items().get(i);
    double name = Markup.width(item.name(), 12, true);
    double words = Markup.width(item.words(), 11, false);
    double least = item.kind() == Kind.END ? 52 : LEAST;
    double wish = Math.max(name, words) + 2 * PADDING;
    if (item.kind() == Kind.CONCAT) {
      wish = Math.max(wish, 48.0 * into.getOrDefault(i, List.of()).size());
    }
    return Math.max(least, Math.min(MOST, wish));
  }

  private void item(int i) {
    Item item = sketch.items().get(i);
    double x = layout.x(i) + MARGIN;
    double y = layout.y(i) + MARGIN;
    String style = item.kind().style() + (item.auxiliary() ? " aux" : "");
    if (item.kind().isCircle()) {
      svg.add(
          "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" class=\"join %s\">",
          n(x), n(y + RADIUS), n(RADIUS), style);
      svg.add("<title>").add(Markup.escape(item.title())).add("</title></circle>");
      svg.label(x, y + RADIUS + 5, "plus mid", item.kind() == Kind.SUM ? "+" : "×");
    } else {
      double width = width(i);
      double height = item.words().isEmpty() ? LOW : HIGH;
      svg.box(x - width / 2, y, width, height, "pill " + style, item.title());
      double room = width - 2 * PADDING + 4;
      if (item.words().isEmpty()) {
        svg.label(x, y + 15, "note mid", fitted(item.name(), 11, room));
      } else {
        svg.label(x, y + 15, "name mid", fitted(item.name(), 12, room));
        svg.label(x, y + 29, "op mid", fitted(item.words(), 11, room));
      }
    }
    if (!item.shape().isEmpty()) {
      svg.label(x + 5, layout.bottom(i) + MARGIN + 13, "shape halo", below(item));
    }
  }

  /** The end of a name that has no room, since there names differ; the beginning of other words. */
  private static String fitted(String text, double size, double room) {
    boolean name = size > 11;
    String shown = text;
    for (int cut = 1; cut < text.length() && Markup.width(shown, size, name) > room; cut++) {
      shown = name ? "…" + text.substring(cut) : text.substring(0, text.length() - cut) + "…";
    }
    return shown;
  }

  /** Where the line is above the item that it leads to. */
  private double from(Link link) {
    List<Pass> passes = layout.passes(link);
    return passes.isEmpty() ? layout.x(link.from()) : passes.get(passes.size() - 1).x();
  }

  private void line(Link link) {
    Item source = sketch.items().get(link.from());
    Item target = sketch.items().get(link.to());
    double x = layout.x(link.from()) + MARGIN;
    double y = layout.bottom(link.from()) + MARGIN;
    double height = source.kind().isCircle() ? 2 * RADIUS : source.words().isEmpty() ? LOW : HIGH;
    StringBuilder path = new StringBuilder();
    path.append("M").append(n(x)).append(' ').append(n(layout.y(link.from()) + MARGIN + height));
    path.append("V").append(n(y));
    for (Pass pass : layout.passes(link)) {
      curve(path, x, y, pass.x() + MARGIN, pass.top() + MARGIN);
      x = pass.x() + MARGIN;
      y = pass.bottom() + MARGIN;
      path.append("V").append(n(y));
    }
    double centre = layout.x(link.to()) + MARGIN;
    double top = layout.y(link.to()) + MARGIN;
    boolean beside = target.kind().isCircle() && Math.abs(x - centre) >= RADIUS;
    if (!beside || !layout.isFree(link.to(), x - MARGIN)) {
      double end = target.kind().isCircle() ? centre : entry(link) + MARGIN;
      double layer = layout.top(link.to()) + MARGIN;
      curve(path, x, y, end, layer);
      if (top > layer) {
        path.append("V").append(n(top));
      }
    } else {
      // Into the side of the circle.
      double side = centre + (x < centre ? -RADIUS : RADIUS);
      path.append("C").append(n(x)).append(' ').append(n(top + RADIUS)).append(' ');
      path.append(n(x)).append(' ').append(n(top + RADIUS)).append(' ');
      path.append(n(side)).append(' ').append(n(top + RADIUS));
    }
    long readers = sketch.links().stream().filter(l -> l.from() == link.from()).count();
    boolean shortcut = readers > 1 && !layout.passes(link).isEmpty();
    boolean auxiliary = target.auxiliary() || source.auxiliary();
    svg.path((shortcut ? "skip" : "edge") + " arrow" + (auxiliary ? " aux" : ""), path.toString());
  }

  /** Where the line ends at the top of a box: all lines beside each other. */
  private double entry(Link link) {
    List<Link> links = into.getOrDefault(link.to(), List.of());
    int index = links.indexOf(link);
    double width = Math.min(width(link.to()) - 16, 48.0 * (links.size() - 1));
    return layout.x(link.to())
        + (links.size() == 1 ? 0 : width * (index / (links.size() - 1.0) - 0.5));
  }

  /** A line down from where a shape is written beside it, and then over to the side. */
  private static void curve(StringBuilder path, double x, double y, double toX, double toY) {
    if (Math.abs(x - toX) < 0.1) {
      path.append("V").append(n(toY));
      return;
    }
    double start = y + STRAIGHT;
    double middle = (start + toY) / 2;
    path.append("V").append(n(start));
    path.append("C").append(n(x)).append(' ').append(n(middle + 4)).append(' ');
    path.append(n(toX)).append(' ').append(n(middle - 4)).append(' ');
    path.append(n(toX)).append(' ').append(n(toY));
  }

  /** All lines end in an arrow of this shape. */
  static String marker() {
    return "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs>"
        + "<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\""
        + " markerHeight=\"6\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
        + "</defs></svg>\n";
  }
}
