package io.blockwork.processor.emit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What the units of a pass are called: each class differently, and each field within its class. */
final class UnitNames {
  /** Types that generated classes name by their simple names. */
  private static final Set<String> TYPES =
      Set.of(
          "Tensor",
          "Layer",
          "Kernel",
          "List",
          "String",
          "Override",
          "Generated",
          "TrainingOutput",
          "ForwardPass",
          "TrainingPass",
          "InferenceBinder",
          "TrainingBinder");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, String> fields = new HashMap<>();

  /**
   * @param self the class of the pass
   * @param shown fields of that class that are not units
   */
  UnitNames(Unit network, String self, Set<String> shown) {
    Set<String> taken = new HashSet<>();
    // Class files of nested classes may not differ in case only.
    TYPES.forEach(type -> taken.add(type.toLowerCase(Locale.ROOT)));
    taken.add(self.toLowerCase(Locale.ROOT));
    Set<String> others = new HashSet<>(shown);
    others.add("bind");
    name(network, taken, others);
  }

  private void name(Unit unit, Set<String> taken, Set<String> others) {
    Set<String> inside = new HashSet<>(others);
    for (Unit child : unit.children()) {
      String wish = JavaNames.type(child.names().of(child.path()));
      String type = wish;
      for (int i = 2; !taken.add(type.toLowerCase(Locale.ROOT)); i++) {
        type = wish + "_" + i;
      }
      types.put(child.path(), type);
      fields.put(
          child.path(),
          JavaNames.unique(
              JavaNames.child(unit.names().of(unit.path()), child.names().of(child.path())),
              inside));
      name(child, taken, Set.of("bind"));
    }
  }

  /** The class of the unit. */
  String type(Unit unit) {
    return Objects.requireNonNull(types.get(unit.path()));
  }

  /** The field of the unit in the unit around it. */
  String field(Unit unit) {
    return Objects.requireNonNull(fields.get(unit.path()));
  }
}
