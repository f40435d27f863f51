package io.blockwork.processor.spec;

import io.blockwork.Stem;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code @DenseNet}.
 *
 * @param blocks dense layers of each dense block
 * @param stem the layers before the first dense block
 * @param stemChannels channels of the stem; 0: twice the growth
 * @param layer what all dense layers have in common
 * @param compression part of the channels that a transition keeps
 * @param input shape of one image
 * @param classes classes of the head
 */
public record DenseNetSpec(
    List<Integer> blocks,
    Stem stem,
    int stemChannels,
    LayerStyle layer,
    double compression,
    InputSpec input,
    int classes)
    implements Spec {

  /**
   * What all dense layers of a network have in common.
   *
   * @param growth channels that each layer adds
   * @param bnSize the 1x1 convolution has this many times the growth; 0: there is none
   * @param dropout part of the output that training drops
   * @param memoryEfficient whether batch norms are computed again in the backward pass
   */
  public record LayerStyle(int growth, int bnSize, double dropout, boolean memoryEfficient) {
    LayerStyle with(String member, int value) {
      return new LayerStyle(
          member.equals("growth") ? value : growth,
          member.equals("bnSize") ? value : bnSize,
          dropout,
          memoryEfficient);
    }
  }

  /** Copies the list. */
  public DenseNetSpec {
    blocks = List.copyOf(blocks);
  }

  /** Channels of the stem. */
  public int stem0() {
    return stemChannels == 0 ? 2 * layer.growth() : stemChannels;
  }

  @Override
  public boolean classifier() {
    return true;
  }

  @Override
  public List<Problem> problems() {
    var rules = new SpecRules();
    boolean sound =
        rules.stages(blocks, "6, 12, 24, 16")
            & rules.layer(layer)
            & rules.width("stemChannels", stemChannels, 0);
    boolean compresses = compression > 0 && compression <= 1;
    if (!compresses) {
      rules.add(Problem.of(Message.COMPRESSION, "compression", compression));
    }
    rules.input(input);
    rules.classes(classes);
    if (sound) {
      long width = stemChannels == 0 ? 2L * layer.growth() : stemChannels;
      for (int b = 0; b < blocks.size(); b++) {
        String path = "features.denseblock" + (b + 1);
        if (!rules.denseWidth(path, width, blocks.get(b), layer.growth())) {
          break;
        }
        width += (long) blocks.get(b) * layer.growth();
        width = (long) Math.floor(width * (compresses ? compression : 0.5));
      }
    }
    return rules.found();
  }

  @Override
  public Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("growth", 32);
    sizes.put("classes", 1000);
    sizes.put("stemChannels", 64);
    sizes.put("bnSize", 4);
    sizes.put("blocks", 1);
    return sizes;
  }

  @Override
  public int size(String member) {
    return switch (member) {
      case "growth" -> layer.growth();
      case "classes" -> classes;
      case "stemChannels" -> stemChannels;
      case "bnSize" -> layer.bnSize();
      default -> Collections.max(blocks);
    };
  }

  @Override
  public DenseNetSpec with(String member, int value) {
    return new DenseNetSpec(
        member.equals("blocks") ? blocks.stream().map(b -> Math.min(b, value)).toList() : blocks,
        stem,
        member.equals("stemChannels") ? value : stemChannels,
        layer.with(member, value),
        compression,
        input,
        member.equals("classes") ? value : classes);
  }

  @Override
  public DenseNetSpec with(InputSpec input) {
    return new DenseNetSpec(blocks, stem, stemChannels, layer, compression, input, classes);
  }
}
