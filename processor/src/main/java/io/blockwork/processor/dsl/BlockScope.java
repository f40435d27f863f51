package io.blockwork.processor.dsl;

import io.blockwork.processor.expression.Scope;
import io.blockwork.processor.expression.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The names that the expressions of a body can use; notes which parameters they use. */
final class BlockScope implements Scope {
  static final String INDEX = "index";
  static final String IN = "in";
  static final String IN_HEIGHT = "inHeight";
  static final String IN_WIDTH = "inWidth";
  static final String INPUT = "Input";
  static final String CHANNELS = "Input.channels";
  static final String HEIGHT = "Input.height";
  static final String WIDTH = "Input.width";

  /** Names that no parameter can have. */
  static final List<String> RESERVED = List.of(IN, IN_HEIGHT, IN_WIDTH, INDEX, INPUT);

  private final Map<String, Type> names = new LinkedHashMap<>();
  private final Set<String> used;

  /**
   * @param signature the parameters
   * @param repeated whether there is an index
   */
  BlockScope(Signature signature, boolean repeated) {
    this(new LinkedHashMap<>(), new LinkedHashSet<>());
    signature.members().forEach((name, member) -> member.type().ifPresent(t -> names.put(name, t)));
    for (String name : List.of(IN, IN_HEIGHT, IN_WIDTH, CHANNELS, HEIGHT, WIDTH)) {
      names.put(name, Type.WHOLE);
    }
    if (repeated) {
      names.put(INDEX, Type.WHOLE);
    }
    names.putAll(signature.constants());
  }

  private BlockScope(Map<String, Type> names, Set<String> used) {
    this.names.putAll(names);
    this.used = used;
  }

  /** The same names and an index; uses are noted together. */
  BlockScope repeated() {
    BlockScope repeated = new BlockScope(names, used);
    repeated.names.put(INDEX, Type.WHOLE);
    return repeated;
  }

  /** The names that have been used. */
  Set<String> used() {
    return used;
  }

  @Override
  public Optional<Type> type(String name) {
    used.add(name);
    return Optional.ofNullable(names.get(name));
  }

  @Override
  public Collection<String> names() {
    return names.keySet();
  }
}
