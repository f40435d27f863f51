package io.blockwork.processor.emit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * How kept tensors travel between the classes of a pass: in through constructors, out through
 * fields.
 */
final class Wiring {
  private final UnitNames names;
  private final Set<Integer> shown;
  private final Function<Unit, BlockCode> codes;

  /** The blocks that each kept buffer is handed to. */
  private final Map<Integer, List<Unit>> readers = new HashMap<>();

  private final Map<String, Map<Integer, String>> imports = new HashMap<>();
  private final Map<String, Map<Integer, String>> exports = new HashMap<>();

  /**
   * @param shown buffers that the network itself shows
   * @param codes the code of each block
   * @param names what the units are called
   */
  Wiring(Unit network, Set<Integer> shown, Function<Unit, BlockCode> codes, UnitNames names) {
    this.names = names;
    this.shown = shown;
    this.codes = codes;
    for (Unit block : network.blocks()) {
      for (int buffer : codes.apply(block).imports().keySet()) {
        readers.computeIfAbsent(buffer, b -> new ArrayList<>()).add(block);
      }
    }
    resolve(network);
  }

  /** The kept buffers that the unit's constructor takes, and the names of the parameters. */
  Map<Integer, String> imports(Unit unit) {
    return Objects.requireNonNull(imports.get(unit.path()));
  }

  /** The kept buffers that the unit makes and others use, and the names of its fields. */
  Map<Integer, String> exports(Unit unit) {
    return Objects.requireNonNull(exports.get(unit.path()));
  }

  /** The expression, inside {@code unit}, of a kept tensor that a child of it makes. */
  String made(Unit unit, int buffer) {
    for (Unit child : unit.children()) {
      String name = exports(child).get(buffer);
      if (name != null) {
        return names.field(child) + "." + name;
      }
    }
    throw new IllegalStateException(unit.path() + " does not make tensor " + buffer);
  }

  private void resolve(Unit unit) {
    Map<Integer, String> in = new LinkedHashMap<>();
    Map<Integer, String> out = new LinkedHashMap<>();
    imports.put(unit.path(), in);
    exports.put(unit.path(), out);
    if (unit.isBlock()) {
      in.putAll(codes.apply(unit).imports());
      out.putAll(codes.apply(unit).exports());
      return;
    }
    Map<Integer, String> made = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>(Set.of("bind"));
    for (Unit child : unit.children()) {
      taken.add(names.field(child));
    }
    for (Unit child : unit.children()) {
      resolve(child);
      for (Map.Entry<Integer, String> needed : imports(child).entrySet()) {
        int buffer = needed.getKey();
        if (!made.containsKey(buffer) && !in.containsKey(buffer)) {
          in.put(buffer, JavaNames.unique(needed.getValue(), taken));
        }
      }
      made.putAll(exports(child));
    }
    for (Map.Entry<Integer, String> each : made.entrySet()) {
      int buffer = each.getKey();
      if (shown.contains(buffer) || isUsedOutside(unit, buffer)) {
        out.put(buffer, JavaNames.unique(each.getValue(), taken));
      }
    }
  }

  private boolean isUsedOutside(Unit unit, int buffer) {
    for (Unit block : readers.getOrDefault(buffer, List.of())) {
      if (!unit.owns(block.nodes().get(0).id())) {
        return true;
      }
    }
    return false;
  }
}
