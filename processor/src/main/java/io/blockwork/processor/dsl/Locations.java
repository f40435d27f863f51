package io.blockwork.processor.dsl;

import io.blockwork.processor.dsl.Composition.Located;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.TypeElement;

/** Collects what becomes of the nodes of a network's own body while it is written down. */
final class Locations {
  private static final class Entry {
    private final Set<String> paths = new LinkedHashSet<>();
    private int value;
  }

  private final Map<TypeElement, Entry> entries = new LinkedHashMap<>();

  /** Notes that a node comes here, before what stands in it. */
  void reach(TypeElement node) {
    entries.computeIfAbsent(node, type -> new Entry());
  }

  /** Notes the path of a node, or of one of its repetitions. */
  void path(TypeElement node, String path) {
    entry(node).paths.add(path);
  }

  /** Notes a node's value. */
  void value(TypeElement node, int value) {
    entry(node).value = value;
  }

  private Entry entry(TypeElement node) {
    return entries.computeIfAbsent(node, type -> new Entry());
  }

  /** All nodes. */
  List<Located> all() {
    List<Located> all = new ArrayList<>();
    entries.forEach(
        (node, entry) -> all.add(new Located(node, List.copyOf(entry.paths), entry.value)));
    return all;
  }
}
