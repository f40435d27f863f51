package io.blockwork.processor.report;

import io.blockwork.graph.Graph;
import io.blockwork.graph.Node;
import io.blockwork.graph.Output;
import io.blockwork.graph.ops.Role;
import io.blockwork.graph.ops.Shape;
import io.blockwork.processor.report.Boxes.Box;
import io.blockwork.processor.report.LayeredLayout.Link;
import io.blockwork.processor.report.Outline.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the picture of a part holds, before it is laid out: its boxes, where values come from and
 * where they go. A part of very many boxes is shown as far as its first ones, with one box for all
 * the rest.
 *
 * @param items boxes, and the ends of the lines
 * @param links the lines, each to a later item
 * @param last the items that stand at the bottom
 */
record Sketch(List<Item> items, List<Link> links, List<Integer> last) {
  private static final int MOST_BOXES = 40;

  /** What an item is. */
  enum Kind {
    /** An end of a line. */
    END("end"),
    /** It multiplies by weights, or moves values. */
    WEIGHTED("conv"),
    /** It makes maps smaller. */
    POOL("pool"),
    /** Anything else. */
    PLAIN("plain"),
    /** It puts its inputs one behind the other. */
    CONCAT("concat"),
    /** It adds its inputs up: a circle. */
    SUM("sum"),
    /** It multiplies its inputs with each other: a circle. */
    PRODUCT("product"),
    /** All that is not shown. */
    REST("rest");

    private final String style;

    Kind(String style) {
      this.style = style;
    }

    String style() {
      return style;
    }

    boolean isCircle() {
      return this == SUM || this == PRODUCT;
    }
  }

  /**
   * A box, a circle or an end of lines.
   *
   * @param name as in the source
   * @param words what it does; may be empty
   * @param title all that can be said, for whoever points at it
   * @param shape what leaves it; may be empty
   * @param auxiliary whether only an auxiliary output needs it
   */
  record Item(
      Kind kind, String name, String words, String title, String shape, boolean auxiliary) {}

  /** The picture of the first of {@code parts}, with the channels of all. */
  static Sketch of(Graph graph, List<Shape> shapes, List<List<Node>> readers, List<Part> parts) {
    return new Maker(graph, shapes, readers, parts).make();
  }

  private static final class Maker {
    private final Graph graph;
    private final List<Shape> shapes;
    private final List<List<Node>> readers;
    private final List<Part> parts;
    private final Part part;
    private final Set<Integer> main;
    private final List<Item> items = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<Integer> last = new ArrayList<>();
    private final Map<Integer, Integer> itemOf = new HashMap<>();

    Maker(Graph graph, List<Shape> shapes, List<List<Node>> readers, List<Part> parts) {
      this.graph = graph;
      this.shapes = shapes;
      this.readers = readers;
      this.parts = parts;
      this.part = parts.get(0);
      this.main = Outline.main(graph);
    }

    Sketch make() {
      List<Box> boxes = Boxes.of(graph, part, readers);
      inputs();
      int shown = boxes.size() <= MOST_BOXES ? boxes.size() : MOST_BOXES;
      for (Box box : boxes.subList(0, shown)) {
        int item = add(item(box));
        box.nodes().forEach(node -> itemOf.put(node.id(), item));
        box.first().inputs().forEach(input -> link(input, item));
      }
      if (shown < boxes.size()) {
        rest(boxes.subList(shown, boxes.size()));
      }
      outputs();
      return new Sketch(items, links, last);
    }

    private int add(Item item) {
      items.add(item);
      return items.size() - 1;
    }

    private void link(int node, int item) {
      links.add(new Link(Objects.requireNonNull(itemOf.get(node)), item));
    }

    private void inputs() {
      Map<Integer, Integer> outside = new LinkedHashMap<>();
      Set<Integer> inside = new TreeSet<>();
      for (Node node : part.nodes()) {
        inside.add(node.id());
        for (int k = 0; k < node.inputs().size(); k++) {
          if (!inside.contains(node.input(k))) {
            outside.putIfAbsent(node.input(k), k);
          }
        }
      }
      outside.forEach(
          (source, k) -> {
            String path = Overview.shortName(graph.node(source).op().path());
            boolean named = outside.size() > 1 || source == 0;
            String name = source == 0 ? "images" : named ? path : "input";
            String shape = channels(source, parts.size() > 1 ? inputs(source) : List.of());
            itemOf.put(
                source,
                add(new Item(Kind.END, name, "", path + ": " + shapes.get(source), shape, false)));
          });
    }

    /** What the other parts read where the first one reads {@code source}. */
    private List<Shape> inputs(int source) {
      List<Shape> all = new ArrayList<>();
      for (Part other : parts) {
        for (int i = 0; i < part.nodes().size(); i++) {
          int k = part.nodes().get(i).inputs().indexOf(source);
          if (k >= 0) {
            all.add(shapes.get(other.nodes().get(i).input(k)));
          }
        }
      }
      return all;
    }

    private Item item(Box box) {
      Node first = box.first();
      Role role = first.op().role();
      Kind kind =
          switch (role) {
            case WEIGHTED, MOVE -> Kind.WEIGHTED;
            case POOL -> Kind.POOL;
            case SUM -> Kind.SUM;
            case PRODUCT -> Kind.PRODUCT;
            case CONCAT -> Kind.CONCAT;
            default -> Kind.PLAIN;
          };
      List<String> words = new ArrayList<>();
      List<String> title = new ArrayList<>();
      for (Node node : box.nodes()) {
        String what = Markup.kind(node);
        String extras = node.op().description().extras();
        words.add(extras.isEmpty() ? what : what + ", " + extras);
        title.add(node.op().path() + ": " + words.get(words.size() - 1));
      }
      String shape = shape(box.last());
      title.add(shape);
      String all = String.join(", ", words);
      return new Item(
          kind,
          box.name(),
          all.equals(box.name()) ? "" : all,
          String.join("\n", title),
          shape,
          !main.contains(first.id()));
    }

    private void rest(List<Box> boxes) {
      int operations = boxes.stream().mapToInt(box -> box.nodes().size()).sum();
      String name = Markup.count(operations) + " more operations";
      String from = boxes.get(0).first().op().path();
      String to = boxes.get(boxes.size() - 1).last().op().path();
      int item =
          add(new Item(Kind.REST, name, "in the table of layers", from + " to " + to, "", false));
      Set<Integer> sources = new TreeSet<>();
      boxes.forEach(box -> box.nodes().forEach(node -> sources.addAll(node.inputs())));
      sources.stream()
          .map(itemOf::get)
          .filter(source -> source != null)
          .distinct()
          .forEach(source -> links.add(new Link(source, item)));
      boxes.forEach(box -> box.nodes().forEach(node -> itemOf.put(node.id(), item)));
    }

    private void outputs() {
      Set<Integer> inside = new TreeSet<>();
      part.nodes().forEach(node -> inside.add(node.id()));
      Map<Integer, String> ends = new LinkedHashMap<>();
      for (Node node : part.nodes()) {
        for (Output output : graph.outputs()) {
          if (output.node() == node.id()) {
            ends.put(
                node.id(),
                output.kind() == Output.Kind.AUXILIARY
                    ? "auxiliary output"
                    : graph.outputs().size() == 1 || output.name().equals(Output.MAIN)
                        ? "output"
                        : output.name());
          }
        }
        if (readers.get(node.id()).stream().anyMatch(reader -> !inside.contains(reader.id()))) {
          ends.putIfAbsent(node.id(), "");
        }
      }
      long unnamed = ends.values().stream().filter(String::isEmpty).count();
      ends.forEach(
          (node, name) -> {
            String path = Boxes.name(part, graph.node(node).op().path());
            String shown = !name.isEmpty() ? name : unnamed == 1 ? "output" : path;
            int item = add(new Item(Kind.END, shown, "", path, "", !main.contains(node)));
            link(node, item);
            last.add(item);
          });
    }

    private String shape(Node node) {
      List<Shape> all = new ArrayList<>();
      if (parts.size() > 1) {
        int index = part.nodes().indexOf(node);
        parts.forEach(other -> all.add(shapes.get(other.nodes().get(index).id())));
      }
      return channels(node.id(), all);
    }

    /** The shape of a node, with the least and the most channels among {@code all}. */
    private String channels(int node, List<Shape> all) {
      Shape shape = shapes.get(node);
      int least = all.stream().mapToInt(Shape::channels).min().orElse(shape.channels());
      int most = all.stream().mapToInt(Shape::channels).max().orElse(shape.channels());
      String channels = least == most ? String.valueOf(least) : least + "…" + most;
      return shape.isVector() ? channels : channels + "×" + shape.height() + "×" + shape.width();
    }
  }
}
