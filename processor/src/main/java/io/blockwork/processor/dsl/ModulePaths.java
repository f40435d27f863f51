package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Op;
import io.blockwork.processor.spec.Message;
import java.util.HashMap;
import java.util.Map;

/** What modules are called: their paths in the {@code state_dict}, and their names for readers. */
final class ModulePaths {
  private final PlaceValues values;
  private final Reports reports;

  /** What readers call modules whose paths have a number in them, by path. */
  private final Map<String, String> names = new HashMap<>();

  /**
   * How operations were come to, by their paths; with a space before if they have no parameters.
   */
  private final Map<String, String> ways = new HashMap<>();

  ModulePaths(PlaceValues values, Reports reports) {
    this.values = values;
    this.reports = reports;
  }

  /**
   * The last part of a module's path.
   *
   * @param number how many modules stand before it in its body
   */
  String name(Place place, int number) {
    BodyNode node = place.node();
    if (node.path().isPresent()) {
      try {
        return node.path().get().name(formula -> values.value(place, formula).toString());
      } catch (FaultException e) {
        throw reports.of(place.frame(), e.fault());
      }
    } else if (place.frame().body().sequential()) {
      return String.valueOf(number);
    }
    return node.times().isPresent() ? node.name() + "." + place.index().getAsInt() : node.name();
  }

  /** Notes what a reader calls a module whose path has a number in it. */
  void note(Place place, String name, String path) {
    Frame frame = place.frame();
    BodyNode node = place.node();
    boolean numbered = frame.body().sequential() && node.path().isEmpty();
    String own = numbered ? node.name() : name;
    if (numbered && node.times().isPresent()) {
      own += "_" + place.index().orElseThrow();
    }
    String prefix = frame.prefix();
    String around =
        prefix.isEmpty() ? "" : names.getOrDefault(prefix.substring(0, prefix.length() - 1), "");
    String whole = around.isEmpty() ? prefix + own : around + "." + own;
    if (!whole.equals(path)) {
      names.put(path, whole);
    }
  }

  /**
   * Takes a path for an operation. Two may have the same only if neither has parameters.
   *
   * @throws FaultException if another has it
   */
  void claim(Place place, Op op) {
    String way = place.way();
    String other = ways.putIfAbsent(op.path(), (op.parameters().isEmpty() ? " " : "") + way);
    if (other != null && !(other.startsWith(" ") && op.parameters().isEmpty())) {
      BodyNode node = place.node();
      Site site = node.path().map(PathPattern::site).orElse(node.site());
      throw reports.of(place.frame(), Fault.of(Message.PATH_CLASH, site, op.path(), other.strip()));
    }
  }

  /** What readers call modules whose paths have a number in them, by path. */
  Map<String, String> names() {
    return Map.copyOf(names);
  }
}
