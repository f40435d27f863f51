package io.blockwork.processor.spec;

import io.blockwork.Shortcut;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code @ResidualBlock}.
 *
 * @param channels channels that come in
 * @param planes planes of the block, 0: as many as keep the number of channels
 * @param stride stride of the block
 * @param block the kind of block
 * @param input shape of one input
 */
public record ResidualBlockSpec(
    int channels, int planes, int stride, BlockStyle block, InputSpec input) implements Spec {

  /** The planes, with the default filled in. */
  public int planesOrDefault() {
    return planes == 0 ? channels / block.expansion() : planes;
  }

  @Override
  public boolean classifier() {
    return false;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    boolean channels = rules.channels(this.channels);
    boolean planes = rules.width("planes", this.planes, 0);
    rules.stride(stride);
    rules.input(input);
    rules.sameChannels(this.channels, input);
    boolean block = rules.block(this.block);
    int expansion = this.block.expansion();
    if (channels && this.planes == 0 && this.channels % expansion != 0) {
      int multiple = (this.channels + expansion - 1) / expansion * expansion;
      rules.add(Problem.of(Message.NO_PLANES, "channels", this.channels, multiple));
    } else if (channels && planes && block) {
      String width = this.planes == 0 ? "channels" : "planes";
      rules.widths(width, planesOrDefault(), 1, this.block, "");
      int out = planesOrDefault() * expansion;
      if (this.block.shortcut() == Shortcut.PAD && out < this.channels) {
        int least = (this.channels + expansion - 1) / expansion;
        rules.add(Problem.of(Message.PAD, "shortcut", this.channels, out, least));
      }
    }
    return rules.found();
  }

  @Override
  public Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("planes", 64);
    sizes.put("channels", 64);
    sizes.put("widthPerGroup", 64);
    sizes.put("groups", 1);
    return sizes;
  }

  @Override
  public int size(String member) {
    return switch (member) {
      case "planes" -> planes;
      case "channels" -> channels;
      case "widthPerGroup" -> block.widthPerGroup();
      default -> block.groups();
    };
  }

  @Override
  public ResidualBlockSpec with(String member, int value) {
    boolean in = member.equals("channels");
    return new ResidualBlockSpec(
        in ? value : channels,
        member.equals("planes") ? value : planes,
        stride,
        block.with(member, value),
        in ? new InputSpec(value, input.height(), input.width()) : input);
  }

  @Override
  public ResidualBlockSpec with(InputSpec input) {
    return new ResidualBlockSpec(channels, planes, stride, block, input);
  }
}
