package io.blockwork.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * A block's picture, read back from a page: where its boxes are and which way its lines go.
 *
 * @param caption what stands above it
 * @param auxiliary whether it is one of an auxiliary head
 * @param boxes boxes and circles
 * @param texts all that is written in it
 * @param lines points along each line, from its beginning to its end
 */
record Drawing(
    String caption,
    boolean auxiliary,
    List<Box> boxes,
    List<String> texts,
    List<List<Point>> lines) {
  private static final Pattern FIGURE =
      Pattern.compile(
          "<figure class=\"(k\\d[^\"]*)\"><figcaption>(.*?)</figcaption>\\s*<div class=\"wide\">"
              + "(<svg class=\"part\".*?</svg>)",
          Pattern.DOTALL);
  private static final Pattern COMMAND = Pattern.compile("([MVC])([^MVC]*)");
  private static final int SAMPLES = 24;

  /** Lines end at the edge of a box, and are drawn with one decimal. */
  private static final double EDGE = 1.5;

  /** A place in the picture. */
  record Point(double x, double y) {}

  /** The rectangle of a box, or the one around a circle; the title says which operations it is. */
  record Box(String style, String title, double left, double top, double right, double bottom) {
    boolean overlaps(Box other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }

    boolean holds(Point p) {
      return p.x > left + EDGE && p.x < right - EDGE && p.y > top + EDGE && p.y < bottom - EDGE;
    }

    boolean touches(Point p) {
      return p.x >= left - EDGE && p.x <= right + EDGE && p.y >= top - EDGE && p.y <= bottom + EDGE;
    }
  }

  /** The pictures of a page's blocks. */
  static List<Drawing> of(String html) {
    List<Drawing> drawings = new ArrayList<>();
    Matcher figures = FIGURE.matcher(html);
    while (figures.find()) {
      String caption = figures.group(2).replaceAll("<[^>]*>", "");
      drawings.add(read(caption, figures.group(1).contains("aux"), figures.group(3)));
    }
    return drawings;
  }

  /** The picture whose caption begins so. */
  static Drawing of(String html, String caption) {
    return of(html).stream()
        .filter(drawing -> drawing.caption.startsWith(caption))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no picture of " + caption));
  }

  private static Drawing read(String caption, boolean auxiliary, String svg) {
    Element root = parse(svg);
    List<Box> boxes = new ArrayList<>();
    for (Element rect : all(root, "rect")) {
      double x = number(rect, "x");
      double y = number(rect, "y");
      boxes.add(
          new Box(
              rect.getAttribute("class"),
              rect.getTextContent(),
              x,
              y,
              x + number(rect, "width"),
              y + number(rect, "height")));
    }
    for (Element circle : all(root, "circle")) {
      double x = number(circle, "cx");
      double y = number(circle, "cy");
      double r = number(circle, "r");
      String title = circle.getTextContent();
      boxes.add(new Box(circle.getAttribute("class"), title, x - r, y - r, x + r, y + r));
    }
    List<List<Point>> lines =
        all(root, "path").stream().map(p -> points(p.getAttribute("d"))).toList();
    List<String> texts = all(root, "text").stream().map(Element::getTextContent).toList();
    return new Drawing(caption, auxiliary, boxes, texts, lines);
  }

  private static Element parse(String svg) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)))
          .getDocumentElement();
    } catch (Exception e) {
      throw new AssertionError("no XML: " + svg, e);
    }
  }

  private static List<Element> all(Element root, String tag) {
    NodeList found = root.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  /** Points along a path of lines down and curves. */
  private static List<Point> points(String path) {
    List<Point> points = new ArrayList<>();
    Matcher commands = COMMAND.matcher(path);
    Point at = new Point(0, 0);
    while (commands.find()) {
      double[] n =
          Pattern.compile("[ ,]+")
              .splitAsStream(commands.group(2).strip())
              .mapToDouble(Double::parseDouble)
              .toArray();
      Point from = at;
      switch (commands.group(1)) {
        case "M" -> at = new Point(n[0], n[1]);
        case "V" -> at = new Point(from.x, n[0]);
        default -> at = new Point(n[4], n[5]);
      }
      for (int i = points.isEmpty() ? SAMPLES : 1; i <= SAMPLES; i++) {
        double t = (double) i / SAMPLES;
        points.add(
            commands.group(1).equals("C")
                ? new Point(
                    bezier(t, from.x, n[0], n[2], n[4]), bezier(t, from.y, n[1], n[3], n[5]))
                : new Point(from.x + t * (at.x - from.x), from.y + t * (at.y - from.y)));
      }
      if (commands.group(1).equals("M")) {
        points.clear();
        points.add(at);
      }
    }
    return points;
  }

  private static double bezier(double t, double a, double b, double c, double d) {
    double s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  }

  /** The lines as {@code from -> to}, by the first operation of each box, in order. */
  List<String> edges() {
    return lines.stream()
        .map(line -> name(box(line.get(0))) + " -> " + name(box(line.get(line.size() - 1))))
        .sorted()
        .toList();
  }

  private static String name(Box box) {
    return box.title.split(":", 2)[0];
  }

  private Box box(Point end) {
    List<Box> touched = boxes.stream().filter(box -> box.touches(end)).toList();
    assertEquals(1, touched.size(), () -> caption + ": a line ends at " + end);
    return touched.get(0);
  }

  /** Fails if boxes overlap, or a line goes through a box or to none. */
  void checkLayout() {
    for (int i = 0; i < boxes.size(); i++) {
      for (Box other : boxes.subList(i + 1, boxes.size())) {
        Box box = boxes.get(i);
        assertFalse(
            box.overlaps(other),
            () -> String.format(Locale.ROOT, "%s: %s lies on %s", caption, box, other));
      }
    }
    for (List<Point> line : lines) {
      box(line.get(0));
      box(line.get(line.size() - 1));
      for (Box box : boxes) {
        assertTrue(
            line.stream().noneMatch(box::holds),
            () -> caption + ": " + line.get(0) + " goes through " + box);
      }
    }
  }
}
