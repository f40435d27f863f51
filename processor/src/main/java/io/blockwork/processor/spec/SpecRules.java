package io.blockwork.processor.spec;

import io.blockwork.ResNetVersion;
import io.blockwork.processor.spec.DenseNetSpec.LayerStyle;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The rules that several annotations share; collects what breaks them. */
final class SpecRules {
  static final int MOST_STAGES = 8;
  static final int MOST_BLOCKS = 2000;
  static final int MOST_CHANNELS = 1 << 20;
  private static final int MOST_PIXELS = 1 << 20;
  private static final int PLAIN_WIDTH = 64;

  private final List<Problem> found = new ArrayList<>();

  void add(Problem problem) {
    found.add(problem);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Problem> found() {
    return List.copyOf(found);
  }

  private boolean range(Message message, String member, int value, int least, int most) {
    if (value >= least && value <= most) {
      return true;
    }
    int nearest = value < least ? least : most;
    String name = member.substring(member.lastIndexOf('.') + 1);
    add(Problem.of(message, member, name, value, least, most, nearest));
    return false;
  }

  boolean classes(int classes) {
    return range(Message.CLASSES_RANGE, "classes", classes, 1, Integer.MAX_VALUE);
  }

  boolean channels(int channels) {
    return range(Message.CHANNELS_RANGE, "channels", channels, 1, MOST_CHANNELS);
  }

  boolean width(String member, int width, int least) {
    return range(Message.WIDTH_RANGE, member, width, least, MOST_CHANNELS);
  }

  boolean stride(int stride) {
    return range(Message.STRIDE_RANGE, "stride", stride, 1, MOST_PIXELS);
  }

  boolean layers(int layers) {
    return range(Message.LAYERS_RANGE, "layers", layers, 1, MOST_BLOCKS);
  }

  boolean stages(List<Integer> blocks, String example) {
    int before = found.size();
    if (blocks.isEmpty()) {
      add(Problem.of(Message.NO_STAGES, "blocks", example));
    }
    if (blocks.size() > MOST_STAGES) {
      add(Problem.of(Message.TOO_MANY_STAGES, "blocks", blocks.size(), MOST_STAGES));
    }
    long sum = 0;
    int largest = 0;
    for (int i = 0; i < blocks.size(); i++) {
      sum += Math.max(0, blocks.get(i));
      largest = blocks.get(i) > blocks.get(largest) ? i : largest;
      if (blocks.get(i) < 1) {
        add(Problem.of(Message.EMPTY_STAGE, "blocks", i + 1, blocks.get(i)).at(i));
      }
    }
    if (sum > MOST_BLOCKS) {
      add(Problem.of(Message.TOO_MANY_BLOCKS, "blocks", sum, MOST_BLOCKS).at(largest));
    }
    return found.size() == before;
  }

  boolean input(InputSpec input) {
    return range(Message.CHANNELS_RANGE, "input.channels", input.channels(), 1, MOST_CHANNELS)
        & range(Message.SIZE_RANGE, "input.height", input.height(), 1, MOST_PIXELS)
        & range(Message.SIZE_RANGE, "input.width", input.width(), 1, MOST_PIXELS);
  }

  void sameChannels(int channels, InputSpec input) {
    boolean sound = Math.min(channels, input.channels()) >= 1;
    boolean possible = Math.max(channels, input.channels()) <= MOST_CHANNELS;
    if (sound && possible && channels != input.channels()) {
      add(
          Problem.of(Message.CHANNELS_DIFFER, "input.channels", input.channels(), channels)
              .orAt("input"));
    }
  }

  /** The rules of a block by itself; true if its widths can be looked at. */
  boolean block(BlockStyle block) {
    boolean groups = range(Message.GROUPS_RANGE, "groups", block.groups(), 1, MOST_CHANNELS);
    boolean inner =
        range(
            Message.WIDTH_PER_GROUP_RANGE,
            "widthPerGroup",
            block.widthPerGroup(),
            1,
            MOST_CHANNELS);
    boolean squeeze =
        range(
            Message.SQUEEZE_RANGE,
            "squeezeExcitation",
            block.squeezeExcitation(),
            0,
            MOST_CHANNELS);
    if (!block.bottleneck() && groups && block.groups() > 1) {
      add(Problem.of(Message.BASIC_GROUPS, "groups", block.groups()));
    }
    if (!block.bottleneck() && inner && block.widthPerGroup() != PLAIN_WIDTH) {
      add(Problem.of(Message.BASIC_WIDTH_PER_GROUP, "widthPerGroup", block.widthPerGroup()));
    }
    if (block.zeroInitResidual() && block.version() == ResNetVersion.V2) {
      add(Problem.of(Message.ZERO_INIT, "zeroInitResidual"));
    }
    if (!(block.stochasticDepth() >= 0 && block.stochasticDepth() < 1)) {
      add(Problem.of(Message.STOCHASTIC_DEPTH, "stochasticDepth", block.stochasticDepth()));
    }
    return groups & inner & squeeze;
  }

  /**
   * The widths of all stages.
   *
   * @param member what the width is called
   * @param prefix of the first stage's block, as {@code layer1.0.}
   */
  void widths(String member, int width, int stages, BlockStyle block, String prefix) {
    String last = stages == 1 ? "the block" : "layer" + stages;
    long out = ((long) width << (stages - 1)) * block.expansion();
    if (out > MOST_CHANNELS) {
      int most = (MOST_CHANNELS >> (stages - 1)) / block.expansion();
      add(Problem.of(Message.WIDTH_OVERFLOW, member, out, MOST_CHANNELS, most, last, member));
      return;
    }
    if (block.bottleneck()) {
      inner(width, stages, block, prefix);
    }
    int channels = width * block.expansion();
    if (block.squeezeExcitation() > channels) {
      add(
          Problem.of(
              Message.SQUEEZE,
              "squeezeExcitation",
              block.squeezeExcitation(),
              channels,
              prefix.isEmpty() ? "the block" : prefix.substring(0, prefix.length() - 1)));
    }
  }

  private void inner(int width, int stages, BlockStyle block, String prefix) {
    long product = (long) width * block.widthPerGroup();
    String conv = prefix + "conv2";
    if (block.groups() > 1 && product % PLAIN_WIDTH != 0) {
      // The smallest width per group that leaves whole channels, and its multiple next to the
      // user's.
      int step = PLAIN_WIDTH / Math.min(PLAIN_WIDTH, Integer.lowestOneBit(width));
      add(
          Problem.of(
              Message.GROUP_WIDTH,
              "widthPerGroup",
              width,
              block.widthPerGroup(),
              BigDecimal.valueOf(product)
                  .divide(BigDecimal.valueOf(PLAIN_WIDTH))
                  .stripTrailingZeros()
                  .toPlainString(),
              step,
              conv));
    } else if (product < PLAIN_WIDTH) {
      add(
          Problem.of(
              Message.NO_INNER_CHANNELS,
              "widthPerGroup",
              width,
              block.widthPerGroup(),
              (PLAIN_WIDTH + width - 1) / width,
              conv));
    } else {
      long perGroup = (product << (stages - 1)) / PLAIN_WIDTH;
      if (perGroup * block.groups() > MOST_CHANNELS) {
        // Blame the number that departs further from the plain network's.
        boolean groups = block.groups() > block.widthPerGroup() / PLAIN_WIDTH;
        long most =
            groups
                ? MOST_CHANNELS / perGroup
                : (long) MOST_CHANNELS
                    * PLAIN_WIDTH
                    / (((long) width << (stages - 1)) * block.groups());
        String member = groups ? "groups" : "widthPerGroup";
        add(
            Problem.of(
                Message.INNER_OVERFLOW,
                member,
                perGroup * block.groups(),
                MOST_CHANNELS,
                Math.max(1, most),
                stages == 1 ? conv : "layer" + stages + ".0.conv2",
                member));
      }
    }
  }

  /** The rules of a dense layer by itself; true if its widths can be looked at. */
  boolean layer(LayerStyle layer) {
    boolean growth = range(Message.GROWTH_RANGE, "growth", layer.growth(), 1, MOST_CHANNELS);
    boolean bnSize = range(Message.BN_SIZE_RANGE, "bnSize", layer.bnSize(), 0, MOST_CHANNELS);
    if (!(layer.dropout() >= 0 && layer.dropout() < 1)) {
      add(Problem.of(Message.DROPOUT, "dropout", layer.dropout()));
    }
    long inner = (long) layer.growth() * layer.bnSize();
    if (growth && bnSize && inner > MOST_CHANNELS) {
      add(
          Problem.of(
                  Message.BOTTLENECK_OVERFLOW,
                  "bnSize",
                  inner,
                  MOST_CHANNELS,
                  MOST_CHANNELS / layer.growth())
              .orAt("growth"));
    }
    return growth & bnSize;
  }

  /** The channels at the end of a dense block, which starts with {@code channels}. */
  boolean denseWidth(String block, long channels, int layers, int growth) {
    long out = channels + (long) layers * growth;
    if (out <= MOST_CHANNELS) {
      return true;
    }
    long most = Math.max(1, (MOST_CHANNELS - channels) / layers);
    add(Problem.of(Message.GROWTH_OVERFLOW, "growth", out, MOST_CHANNELS, most, block));
    return false;
  }
}
