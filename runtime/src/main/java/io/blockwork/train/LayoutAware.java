package io.blockwork.train;

import io.blockwork.parameters.ParameterInfo;
import java.util.List;

/** An updater that treats parameters by what they are, and not only by their values. */
interface LayoutAware {
  /**
   * Before the first step.
   *
   * @param learnable what the flat arrays hold, one parameter behind the other
   */
  void layout(List<ParameterInfo> learnable);
}
