package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * A call that generated code makes for an operation, without the path, which always comes first.
 *
 * @param method the method
 * @param arguments what it takes behind the path
 */
public record Call(String method, List<Code> arguments) {
  /** The general form of a description. */
  public static final Call GENERAL = new Call("layer", List.of());

  /** Copies the list. */
  public Call {
    arguments = List.copyOf(arguments);
  }

  static Call of(String method, Object... arguments) {
    List<Code> code = new ArrayList<>();
    for (Object argument : arguments) {
      code.add(argument instanceof Code c ? c : Code.literal(argument));
    }
    return new Call(method, code);
  }
}
