package io.blockwork.processor.spec;

import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import java.util.List;

/**
 * {@code @DenseBlock}.
 *
 * @param channels channels that come in
 * @param layers number of dense layers
 * @param layer the kind of layer
 * @param input shape of one input
 */
public record DenseBlockSpec(int channels, int layers, LayerStyle layer, InputSpec input)
    implements Spec {

  @Override
  public boolean classifier() {
    return false;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    rules.atLeast("channels", channels, 1);
    rules.atLeast("layers", layers, 1);
    rules.layer(layer);
    rules.input(input);
    rules.sameChannels(channels, input);
    return rules.found();
  }
}
