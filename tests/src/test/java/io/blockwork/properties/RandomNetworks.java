package io.blockwork.properties;

import io.blockwork.ResNetVersion;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Draws small valid networks over all options of the annotations. */
final class RandomNetworks {
  private final Random random;

  RandomNetworks(Random random) {
    this.random = random;
  }

  /** A network of any of the four annotations. */
  NetworkModel any() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> resNet();
      case 2, 3 -> denseNet();
      case 4 -> residualBlock();
      default -> denseBlock();
    };
  }

  private record ResNetModel(
      int[] blocks,
      int width,
      Stem stem,
      int dilateFrom,
      ResidualModel block,
      List<Integer> input,
      int classes)
      implements NetworkModel {
    @Override
    public String annotation() {
      return "@ResNet(blocks = %s, width = %d, stem = Stem.%s, dilateFrom = %d, %s, input = %s, classes = %d)"
          .formatted(
              braces(blocks),
              width,
              stem,
              dilateFrom,
              block.members(),
              NetworkModel.input(input),
              classes);
    }

    @Override
    public boolean classifier() {
      return true;
    }

    @Override
    public List<Integer> output() {
      return List.of(classes);
    }

    @Override
    public long parameters() {
      long count = stemWeights(stem) * input.get(0) * width;
      count += block.preActivated() ? 0 : 2 * width;
      int in = width;
      for (int s = 0; s < blocks.length; s++) {
        int planes = width << s;
        for (int b = 0; b < blocks[s]; b++) {
          boolean dilated = dilateFrom != 0 && s + 1 >= dilateFrom;
          count += block.parameters(in, planes, s > 0 && b == 0 && !dilated ? 2 : 1);
          in = planes * block.expansion();
        }
      }
      count += block.preActivated() ? 2 * in : 0;
      return count + (long) in * classes + classes;
    }

    @Override
    public String toString() {
      return annotation();
    }
  }

  private record DenseNetModel(
      int[] blocks,
      int stemChannels,
      Stem stem,
      double compression,
      DenseModel layer,
      List<Integer> input,
      int classes)
      implements NetworkModel {
    @Override
    public String annotation() {
      return "@DenseNet(blocks = %s, stemChannels = %d, stem = Stem.%s, compression = %s, %s, input = %s, classes = %d)"
          .formatted(
              braces(blocks),
              stemChannels,
              stem,
              compression,
              layer.members(),
              NetworkModel.input(input),
              classes);
    }

    @Override
    public boolean classifier() {
      return true;
    }

    @Override
    public List<Integer> output() {
      return List.of(classes);
    }

    @Override
    public long parameters() {
      int c = stemChannels == 0 ? 2 * layer.growth() : stemChannels;
      long count = stemWeights(stem) * input.get(0) * c + (stem == Stem.IMAGENET ? 2 * c : 0);
      for (int b = 0; b < blocks.length; b++) {
        count += layer.parameters(c, blocks[b]);
        c += blocks[b] * layer.growth();
        if (b < blocks.length - 1) {
          int kept = (int) (c * compression);
          count += 2L * c + (long) c * kept;
          c = kept;
        }
      }
      return count + 2L * c + (long) c * classes + classes;
    }

    @Override
    public String toString() {
      return annotation();
    }
  }

  private record ResidualBlockModel(
      int planes, int stride, ResidualModel block, List<Integer> input) implements NetworkModel {
    @Override
    public String annotation() {
      return "@ResidualBlock(channels = %d, planes = %d, stride = %d, %s, input = %s)"
          .formatted(input.get(0), planes, stride, block.members(), NetworkModel.input(input));
    }

    @Override
    public boolean classifier() {
      return false;
    }

    private int planesOrDefault() {
      return planes == 0 ? input.get(0) / block.expansion() : planes;
    }

    @Override
    public List<Integer> output() {
      return List.of(
          planesOrDefault() * block.expansion(),
          (input.get(1) + stride - 1) / stride,
          (input.get(2) + stride - 1) / stride);
    }

    @Override
    public long parameters() {
      return block.parameters(input.get(0), planesOrDefault(), stride);
    }

    @Override
    public String toString() {
      return annotation();
    }
  }

  private record DenseBlockModel(int layers, DenseModel layer, List<Integer> input)
      implements NetworkModel {
    @Override
    public String annotation() {
      return "@DenseBlock(channels = %d, layers = %d, %s, input = %s)"
          .formatted(input.get(0), layers, layer.members(), NetworkModel.input(input));
    }

    @Override
    public boolean classifier() {
      return false;
    }

    @Override
    public List<Integer> output() {
      return List.of(input.get(0) + layers * layer.growth(), input.get(1), input.get(2));
    }

    @Override
    public long parameters() {
      return layer.parameters(input.get(0), layers);
    }

    @Override
    public String toString() {
      return annotation();
    }
  }

  private NetworkModel resNet() {
    int[] blocks = blocks(3);
    int dilateFrom = blocks.length > 1 && oneIn(3) ? between(2, blocks.length) : 0;
    Stem stem = one(Stem.values());
    return new ResNetModel(
        blocks, 2 * between(1, 3), stem, dilateFrom, residual(), image(4), between(2, 5));
  }

  private NetworkModel denseNet() {
    int[] blocks = blocks(3);
    Stem stem = one(Stem.values());
    // Each transition halves the image, the larger stem divides it by four.
    int least = (stem == Stem.IMAGENET ? 4 : 1) << (blocks.length - 1);
    double compression = one(0.5, 0.7, 1.0);
    return new DenseNetModel(
        blocks,
        between(0, 1) * between(2, 6),
        stem,
        compression,
        dense(),
        image(least),
        between(2, 5));
  }

  private NetworkModel residualBlock() {
    ResidualModel block = residual();
    int channels = block.expansion() * 2 * between(1, 2);
    int same = channels / block.expansion();
    int planes = one(0, same, 2 * same);
    return new ResidualBlockModel(
        planes, between(1, 3), block, List.of(channels, between(2, 7), between(2, 7)));
  }

  private NetworkModel denseBlock() {
    return new DenseBlockModel(
        between(1, 3), dense(), List.of(between(1, 5), between(2, 7), between(2, 7)));
  }

  private ResidualModel residual() {
    boolean bottleneck = random.nextBoolean();
    ResNetVersion version = one(ResNetVersion.values());
    return new ResidualModel(
        bottleneck,
        bottleneck ? between(1, 3) : 1,
        bottleneck ? one(32, 64, 128) : 64,
        one(Shortcut.values()),
        version,
        one(0, 0, 1, 2),
        version != ResNetVersion.V2 && random.nextBoolean());
  }

  private DenseModel dense() {
    return new DenseModel(between(1, 3), one(0, 1, 2, 4), one(0.0, 0.0, 0.3), random.nextBoolean());
  }

  private int[] blocks(int most) {
    return IntStream.range(0, between(1, most)).map(i -> between(1, 2)).toArray();
  }

  private List<Integer> image(int least) {
    return List.of(between(1, 3), between(least, least + 6), between(least, least + 6));
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  @SafeVarargs
  private <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }

  private static long stemWeights(Stem stem) {
    return stem == Stem.IMAGENET ? 49 : 9;
  }

  private static String braces(int[] values) {
    return Arrays.toString(values).replace('[', '{').replace(']', '}');
  }
}
