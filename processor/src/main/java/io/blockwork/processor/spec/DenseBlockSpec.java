package io.blockwork.processor.spec;

import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    boolean sound = rules.channels(channels) & rules.layers(layers) & rules.layer(layer);
    rules.input(input);
    rules.sameChannels(channels, input);
    if (sound) {
      rules.denseWidth("the block", channels, layers, layer.growth());
    }
    return rules.found();
  }

  @Override
  public Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("growth", 32);
    sizes.put("channels", 64);
    sizes.put("bnSize", 4);
    sizes.put("layers", 1);
    return sizes;
  }

  @Override
  public int size(String member) {
    return switch (member) {
      case "growth" -> layer.growth();
      case "channels" -> channels;
      case "bnSize" -> layer.bnSize();
      default -> layers;
    };
  }

  @Override
  public DenseBlockSpec with(String member, int value) {
    boolean in = member.equals("channels");
    return new DenseBlockSpec(
        in ? value : channels,
        member.equals("layers") ? value : layers,
        layer.with(member, value),
        in ? new InputSpec(value, input.height(), input.width()) : input);
  }

  @Override
  public DenseBlockSpec with(InputSpec input) {
    return new DenseBlockSpec(channels, layers, layer, input);
  }
}
