package io.blockwork.graph.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an operation stands while the call that binds it is written: what its tensors are called. A
 * tensor is declared when it is first asked for, so operations ask in the order of the call.
 */
public interface Binding {
  /** Whether the pass is one of training, with gradients. */
  boolean training();

  /** Number of inputs. */
  int inputs();

  /** The tensor of an input. */
  Code src(int input);

  /** The tensor of the output. */
  Code dst();

  /** The gradient of the output. In training only. */
  Code dDst();

  /**
   * How the gradient of an input is left, as {@code into(dX)} or {@code addTo(dX)}; empty if it
   * lies where the gradient of the output lies. In training only.
   */
  Optional<Code> dSrc(int input);

  /** The same for some channels of the input. */
  Code dSrc(int input, int from, int to);

  /** Some channels of an input. */
  Code src(int input, int from, int to);

  /** The expression of a full name in the {@code state_dict}. */
  Code name(String name);

  /**
   * The call of most operations: settings, all inputs, the output, and in training the gradient of
   * the output and how those of the inputs are left.
   */
  default Call through(String method, Object... settings) {
    List<Object> arguments = new ArrayList<>(List.of(settings));
    for (int i = 0; i < inputs(); i++) {
      arguments.add(src(i));
    }
    arguments.add(dst());
    if (training()) {
      arguments.add(dDst());
      for (int i = 0; i < inputs(); i++) {
        arguments.add(dSrc(i).orElseThrow());
      }
    }
    return Call.of(method, arguments.toArray());
  }
}
