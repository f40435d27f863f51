package io.blockwork.processor;

import static io.blockwork.processor.Case.of;
import static io.blockwork.processor.Case.on;

import io.blockwork.processor.spec.Message;
import java.util.List;
import java.util.stream.Stream;

/** Wrong sources, each with one error; and unwise ones, each with one warning. */
final class Cases {
  private Cases() {}

  private static final String RIGHT = "@ResNet(blocks = {1, 1})\n";

  static List<Case> all() {
    return Stream.of(
            interfaces(),
            stages(),
            ranges(),
            combinations(),
            networks(),
            CompositionCases.all(),
            PublishedCases.all(),
            SizeCases.all(),
            warnings())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Case> interfaces() {
    return List.of(
        of(Message.NOT_AN_INTERFACE, RIGHT + "public ^class ~Net {}\n"),
        of(Message.NOT_AN_INTERFACE, RIGHT + "public ^enum ~Net {}\n"),
        of(Message.NOT_AN_INTERFACE, RIGHT + "public @^interface ~Net {}\n"),
        of(
            Message.NOT_AN_INTERFACE,
            RIGHT + "abstract ^class ~Net implements ImageClassifier {}\n"),
        of(Message.GENERIC, RIGHT + "public ^interface ~Net<T> extends ImageClassifier {}\n"),
        of(
            Message.SEALED,
            RIGHT
                + """
                public sealed ^interface ~Net extends ImageClassifier permits Sub {}
                non-sealed interface Sub extends Net {}
                """),
        of(
            Message.PRIVATE,
            """
            class Outer {
            @ResNet(blocks = {1, 1})
            private ^interface ~Net extends ImageClassifier {}
            }
            """),
        of(
            Message.PRIVATE,
            """
            class Outer {
              Inner inner;
              private static class Inner {
            @ResNet(blocks = {1, 1})
            public ^interface ~Net extends ImageClassifier {}
              }
            }
            """),
        of(Message.SUPERTYPE, RIGHT + "public ^interface ~Net {}\n"),
        of(Message.SUPERTYPE, RIGHT + "public ^interface ~Net extends Network {}\n"),
        of(
            Message.SUPERTYPE,
            """
            @DenseBlock(channels = 3, growth = 2, layers = 1, input = @Input(height = 8, width = 8))
            public ^interface ~Net {}
            """),
        of(
            Message.BLOCK_CLASSIFIES,
            """
            @DenseBlock(channels = 3, growth = 2, layers = 1, input = @Input(height = 8, width = 8))
            public ^interface ~Net extends ImageClassifier {}
            """),
        of(
            Message.METHOD,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  int ^~depth();
                }
                """),
        of(
            Message.METHOD,
            """
            @ResNet(blocks = {1, 1})
            public ^interface ~Net extends ImageClassifier, Deep {}
            interface Deep {
              int depth();
            }
            """),
        of(
            Message.METHOD,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  void ^~freeze(int layers);
                }
                """),
        of(
            Message.OUTPUT_PLACE,
            """
            class Net {
              ^~@Output("layer1") int depth() {
                return 1;
              }
            }
            """),
        of(
            Message.OUTPUT_PLACE,
            """
            record Net(@Output("layer1") int a) {
              ^~@Output("layer1") static final int DEPTH = 1;
            }
            """),
        of(
            Message.METHOD_CLASH,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  default Net ^~create() {
                    return this;
                  }
                }
                """),
        of(
            Message.METHOD_CLASH,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  default Net ^~pretrained(NetworkOptions options) {
                    return this;
                  }
                }
                """),
        of(
            Message.METHOD_CLASH,
            """
            @ResNet(blocks = {1, 1})
            public ^interface ~Net extends ImageClassifier, Described {}
            interface Described {
              default String compiledArchitecture() {
                return "two stages";
              }
            }
            """),
        of(
            Message.METHOD_CLASH,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  default io.blockwork.engine.ForwardPass ^~forwardPass(
                      io.blockwork.engine.InferenceBinder bind) {
                    throw new UnsupportedOperationException();
                  }
                }
                """),
        of(
            Message.METHOD_CLASH,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  default org.nd4j.linalg.api.ndarray.INDArray ^~forward(
                      org.nd4j.linalg.api.ndarray.INDArray images) {
                    return images;
                  }
                }
                """),
        of(
            Message.METHOD,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  Net ^~create();
                }
                """),
        of(
            Message.OUTPUT_METHOD,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  @Output("layer1") int ^~depth();
                }
                """),
        of(
            Message.OUTPUT_METHOD,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  Two ^~two(org.nd4j.linalg.api.ndarray.INDArray images);
                  record Two(@Output("layer1") org.nd4j.linalg.api.ndarray.INDArray a, int b) {}
                }
                """),
        of(
            Message.OUTPUT_MODULE,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  @Output(^~"layer7") org.nd4j.linalg.api.ndarray.INDArray c4(
                      org.nd4j.linalg.api.ndarray.INDArray images);
                }
                """),
        of(
            Message.OUTPUT_MODULE,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  @Output(^~"flatten") float[] features(float[] images);
                }
                """),
        of(
            Message.OUTPUT_MODULE,
            RIGHT
                + """
                public interface Net extends ImageClassifier {
                  One ~one(org.nd4j.linalg.api.ndarray.INDArray images);
                  record One(@Output(^"layr1.0") org.nd4j.linalg.api.ndarray.INDArray a) {}
                }
                """),
        of(
            Message.TWO_ARCHITECTURES,
            """
            @ResNet(blocks = {1, 1})
            ^~@DenseNet(growth = 2, blocks = {1, 1})
            public interface Net extends ImageClassifier {}
            """),
        of(
            Message.NAME_CLASH,
            """
            @ResNet(blocks = {1, 1})
            public ^interface ~Net extends ImageClassifier {}
            class NetNetwork {}
            """),
        of(
            Message.NAME_CLASH,
            """
            @ResNet(blocks = {1, 1})
            public ^interface ~Net extends ImageClassifier {}
            interface NetBackward {}
            """),
        of(
            Message.NAME_CLASH,
            RIGHT
                + """
                public ^interface ~Net extends ImageClassifier {
                  class NetForward {}
                }
                """),
        of(
            Message.NAME_CLASH,
            RIGHT
                + """
                public ^interface ~Net extends ImageClassifier {
                  @Output("layer1") org.nd4j.linalg.api.ndarray.INDArray features(org.nd4j.linalg.api.ndarray.INDArray x);
                }
                class NetFeatures {}
                """),
        of(
            Message.SAME_NAME,
            """
            @ResNet(blocks = {1, 1})
            interface Net_Inner extends ImageClassifier {}
            interface Net {
            @ResNet(blocks = {2, 2})
            ^interface ~Inner extends ImageClassifier {}
            }
            """));
  }

  private static List<Case> stages() {
    return List.of(
        on(Message.NO_STAGES, "@ResNet(~blocks = ^{})"),
        on(Message.NO_STAGES, "@DenseNet(growth = 12, ~blocks = ^{})"),
        on(Message.TOO_MANY_STAGES, "@ResNet(~blocks = ^{1, 1, 1, 1, 1, 1, 1, 1, 1})"),
        on(
            Message.TOO_MANY_STAGES,
            "@DenseNet(~blocks = ^{1, 1, 1, 1, 1, 1, 1, 1, 1}, growth = 4)"),
        on(Message.EMPTY_STAGE, "@ResNet(~blocks = {3, ^0, 6})"),
        on(Message.EMPTY_STAGE, "@ResNet(~blocks = {3,\n    4,\n    ^-6})"),
        on(Message.EMPTY_STAGE, "@ResNet(~blocks = ^0)"),
        on(Message.EMPTY_STAGE, "@DenseNet(growth = 12, ~blocks = {^-2147483648, 1})"),
        on(Message.TOO_MANY_BLOCKS, "@ResNet(~blocks = {1, ^2000})"),
        on(Message.TOO_MANY_BLOCKS, "@ResNet(~blocks = {^2147483647, 2147483647})"),
        on(Message.TOO_MANY_BLOCKS, "@DenseNet(growth = 1, ~blocks = ^2001)"),
        on(Message.DILATION, "@ResNet(blocks = {1, 1}, ~dilateFrom = ^1)"),
        on(Message.DILATION, "@ResNet(blocks = {1, 1}, ~dilateFrom = ^3)"),
        on(Message.DILATION, "@ResNet(blocks = {1, 1}, ~dilateFrom = ^-2)"),
        on(Message.NO_STAGE_TO_DILATE, "@ResNet(blocks = 2, ~dilateFrom = ^2)"));
  }

  private static List<Case> ranges() {
    String block = ", input = @Input(channels = 8, height = 8, width = 8))";
    return List.of(
        on(Message.CHANNELS_RANGE, "@ResNet(blocks = 1, input = @Input(~channels = ^0))"),
        on(Message.CHANNELS_RANGE, "@ResNet(blocks = 1, input = @Input(~channels = ^2000000))"),
        on(Message.CHANNELS_RANGE, "@ResidualBlock(~channels = ^-8" + block),
        on(Message.CHANNELS_RANGE, "@DenseBlock(growth = 2, layers = 1, ~channels = ^0" + block),
        on(Message.SIZE_RANGE, "@ResNet(blocks = 1, input = @Input(~height = ^0))"),
        on(Message.SIZE_RANGE, "@ResNet(blocks = 1, input = @Input(\n  ~width = ^-1))"),
        on(Message.SIZE_RANGE, "@ResNet(blocks = 1, input = @Input(~width = Integer^.MAX_VALUE))"),
        on(Message.SIZE_RANGE, "@DenseNet(growth = 2, blocks = 1, input = @Input(~height = ^0))"),
        on(Message.WIDTH_RANGE, "@ResNet(blocks = 1, ~width = ^0)"),
        on(Message.WIDTH_RANGE, "@ResNet(blocks = 1, ~width = ^-64)"),
        on(Message.WIDTH_RANGE, "@ResNet(blocks = 1, ~width = ^2000000000)"),
        on(Message.WIDTH_RANGE, "@DenseNet(growth = 2, blocks = 1, ~stemChannels = ^-1)"),
        on(Message.WIDTH_RANGE, "@ResidualBlock(channels = 8, ~planes = ^-1" + block),
        on(Message.CLASSES_RANGE, "@ResNet(blocks = 1, ~classes = ^0)"),
        on(Message.CLASSES_RANGE, "@DenseNet(growth = 2, blocks = 1, ~classes = ^-10)"),
        on(Message.GROWTH_RANGE, "@DenseNet(~growth = ^0, blocks = 1)"),
        on(Message.GROWTH_RANGE, "@DenseNet(~growth = Integer^.MAX_VALUE, blocks = 1)"),
        on(Message.GROWTH_RANGE, "@DenseBlock(channels = 8, ~growth = ^-1, layers = 1" + block),
        on(Message.BN_SIZE_RANGE, "@DenseNet(growth = 2, blocks = 1, ~bnSize = ^-4)"),
        on(Message.BN_SIZE_RANGE, "@DenseNet(growth = 2, blocks = 1, ~bnSize = 1 ^<< 30)"),
        on(Message.LAYERS_RANGE, "@DenseBlock(channels = 8, growth = 2, ~layers = ^0" + block),
        on(Message.LAYERS_RANGE, "@DenseBlock(channels = 8, growth = 2, ~layers = ^2001" + block),
        on(Message.STRIDE_RANGE, "@ResidualBlock(channels = 8, ~stride = ^0" + block),
        on(Message.STRIDE_RANGE, "@ResidualBlock(channels = 8, ~stride = ^-2" + block),
        on(Message.GROUPS_RANGE, "@ResNet(blocks = 1, bottleneck = true, ~groups = ^0)"),
        on(Message.GROUPS_RANGE, "@ResNet(blocks = 1, ~groups = ^-3)"),
        on(Message.WIDTH_PER_GROUP_RANGE, "@ResNet(blocks = 1, ~widthPerGroup = ^0)"),
        on(
            Message.WIDTH_PER_GROUP_RANGE,
            "@ResNet(blocks = 1, bottleneck = true, ~widthPerGroup = ^-64)"),
        on(Message.SQUEEZE_RANGE, "@ResNet(blocks = 1, ~squeezeExcitation = ^-16)"),
        on(Message.STOCHASTIC_DEPTH, "@ResNet(blocks = 1, ~stochasticDepth = ^1)"),
        on(Message.STOCHASTIC_DEPTH, "@ResNet(blocks = 1, ~stochasticDepth = ^-0.5)"),
        on(Message.DROPOUT, "@DenseNet(growth = 2, blocks = 1, ~dropout = ^1)"),
        on(Message.DROPOUT, "@DenseNet(growth = 2, blocks = 1, ~dropout = ^-0.1)"),
        on(Message.DROPOUT, "@DenseNet(growth = 2, blocks = 1, ~dropout = 0.0 ^/ 0)"),
        on(Message.COMPRESSION, "@DenseNet(growth = 2, blocks = {1, 1}, ~compression = ^0)"),
        on(Message.COMPRESSION, "@DenseNet(growth = 2, blocks = {1, 1}, ~compression = ^1.01)"),
        on(Message.COMPRESSION, "@DenseNet(growth = 2, blocks = {1, 1}, ~compression = ^-0.5)"),
        on(
            Message.COMPRESSION,
            "@DenseNet(growth = 2, blocks = {1, 1}, ~compression = Double^.NaN)"));
  }

  private static List<Case> combinations() {
    String block = ", input = @Input(channels = 8, height = 8, width = 8))";
    return List.of(
        on(
            Message.CHANNELS_DIFFER,
            "@ResidualBlock(channels = 8, input = @Input(~channels = ^4, height = 8, width = 8))"),
        on(
            Message.CHANNELS_DIFFER,
            "@DenseBlock(channels = 8, growth = 2, layers = 1, ~input = ^@Input(height = 8, width ="
                + " 8))"),
        on(
            Message.NO_PLANES,
            "@ResidualBlock(bottleneck = true, ~channels = ^6, input = @Input(channels = 6))"),
        on(Message.BASIC_GROUPS, "@ResNet(blocks = 1, ~groups = ^32)"),
        on(Message.BASIC_WIDTH_PER_GROUP, "@ResNet(blocks = 1, ~widthPerGroup = ^128)"),
        on(
            Message.GROUP_WIDTH,
            "@ResNet(blocks = 1, bottleneck = true, width = 24, groups = 2, ~widthPerGroup = ^4)"),
        on(
            Message.GROUP_WIDTH,
            "@ResidualBlock(channels = 8, planes = 8, bottleneck = true, groups = 2, ~widthPerGroup"
                + " = ^12"
                + block),
        on(
            Message.NO_INNER_CHANNELS,
            "@ResNet(blocks = 1, bottleneck = true, width = 8, ~widthPerGroup = ^4)"),
        on(
            Message.ZERO_INIT,
            "@ResNet(blocks = 1, version = ResNetVersion.V2, ~zeroInitResidual = ^true)"),
        on(Message.SQUEEZE, "@ResNet(blocks = 1, width = 8, ~squeezeExcitation = ^16)"),
        on(Message.SQUEEZE, "@ResidualBlock(channels = 8, ~squeezeExcitation = ^9" + block),
        on(
            Message.PAD,
            "@ResidualBlock(channels = 8, planes = 4, ~shortcut = Shortcut^.PAD" + block),
        on(Message.WIDTH_OVERFLOW, "@ResNet(blocks = {1, 1, 1, 1}, ~width = ^200000)"),
        on(
            Message.WIDTH_OVERFLOW,
            "@ResidualBlock(channels = 8, bottleneck = true, ~planes = ^1000000" + block),
        on(
            Message.INNER_OVERFLOW,
            "@ResNet(blocks = {1, 1}, bottleneck = true, ~groups = ^100000, widthPerGroup = 64)"),
        on(
            Message.INNER_OVERFLOW,
            "@ResNet(blocks = {1, 1}, bottleneck = true, ~widthPerGroup = ^1000000)"),
        on(Message.GROWTH_OVERFLOW, "@DenseNet(~growth = ^200000, blocks = {4, 4}, bnSize = 1)"),
        on(
            Message.GROWTH_OVERFLOW,
            "@DenseBlock(channels = 8, ~growth = ^600000, layers = 2, bnSize = 0" + block),
        on(Message.BOTTLENECK_OVERFLOW, "@DenseNet(growth = 32, blocks = 1, ~bnSize = ^40000)"));
  }

  private static List<Case> networks() {
    return List.of(
        on(
            Message.VANISHES,
            "@DenseNet(growth = 32, blocks = {6, 12, 24, 16}, ~input = ^@Input(height = 16, width ="
                + " 16))"),
        on(
            Message.VANISHES,
            "@DenseNet(growth = 4, blocks = {1, 1}, stem = Stem.CIFAR, input = @Input(~height = ^1,"
                + " width = 64))"),
        on(
            Message.VANISHES,
            "@DenseNet(growth = 4, blocks = {1, 1, 1}, input = @Input(height = 64, ~width = ^8))"),
        on(Message.VANISHES, "@DenseNet(growth = 4, ~blocks = ^{1, 1, 1, 1, 1, 1, 1})"),
        on(
            Message.ACTIVATION_TOO_LARGE,
            "@ResNet(blocks = 1, input = @Input(~height = ^100000, width = 20000))"),
        on(
            Message.ACTIVATION_TOO_LARGE,
            "@DenseBlock(channels = 3, growth = 4, layers = 3, input = @Input(height = 20000,"
                + " ~width = ^20001))"),
        on(
            Message.UNKNOWN_WEIGHTS,
            "@ResNet(blocks = {3, 4, 6, 3}, ~weights = ^\"RESNET34_IMAGENET1K_V3\")"),
        on(
            Message.WEIGHTS_DIFFER,
            "@ResNet(blocks = {3, 4, 6, 3}, ~weights = ^\"RESNET50_IMAGENET1K_V2\")"),
        on(
            Message.WEIGHTS_DIFFER,
            "@DenseNet(growth = 32, blocks = {6, 12, 32, 32}, ~weights ="
                + " ^\"DENSENET201_IMAGENET1K_V1\")"),
        on(
            Message.WEIGHTS_VERSION,
            "@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true, version = ResNetVersion.V1, ~weights"
                + " = ^\"RESNET50_IMAGENET1K_V2\")"),
        on(Message.TOO_MANY_PARAMETERS, "@ResNet(blocks = {3, 4, 6, 3}, ~width = ^4096)"),
        on(Message.WEIGHT_TOO_LARGE, "@ResNet(blocks = {1}, width = 512, ~classes = ^1_100_000)"),
        on(Message.WEIGHT_TOO_LARGE, "@DenseNet(~growth = ^4096, blocks = 1, bnSize = 8)"),
        on(Message.TOO_MANY_PARAMETERS, "@ResNet(blocks = {1, 1}, ~classes = ^2147483647)"),
        on(Message.TOO_MANY_PARAMETERS, "@DenseNet(~growth = ^3000, blocks = {6, 12, 24, 16})"),
        on(
            Message.TOO_MANY_PARAMETERS,
            "@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true, ~widthPerGroup = ^4096)"));
  }

  private static List<Case> warnings() {
    return List.of(
        on(
            Message.ODD_SIZE,
            "@DenseNet(growth = 4, blocks = {1, 1}, stem = Stem.CIFAR, input = @Input(~height ="
                + " ^33, width = 32))"),
        on(
            Message.ODD_SIZE,
            "@DenseNet(growth = 4, blocks = {1, 1, 1}, input = @Input(height = 224, ~width ="
                + " ^250))"),
        on(Message.WIDE_GROUPS, "@ResNet(blocks = {3, 4, 6, 3}, bottleneck = true, ~groups = ^32)"),
        on(
            Message.WIDE_GROUPS,
            "@ResidualBlock(channels = 256, bottleneck = true, ~groups = ^8, input ="
                + " @Input(channels = 256))"),
        on(
            Message.SINGLE_PIXEL_NORM,
            "@ResNet(blocks = {1, 1, 1}, stem = Stem.CIFAR, ~input = ^@Input(height = 4, width ="
                + " 4))"),
        on(
            Message.SINGLE_PIXEL_NORM,
            "@DenseBlock(channels = 3, growth = 4, layers = 3, ~input = ^@Input(height = 1, width ="
                + " 1))"),
        of(
            Message.STRAY_OUTPUT,
            """
            public interface Net extends ImageClassifier {
            ^~@Output("layer1")
              org.nd4j.linalg.api.ndarray.INDArray c2(org.nd4j.linalg.api.ndarray.INDArray images);
            }
            """),
        on(
            Message.SMALL_INPUT,
            "@ResNet(blocks = {2, 2, 2, 2}, ~input = ^@Input(height = 32, width = 32))"),
        on(
            Message.SMALL_INPUT,
            "@DenseNet(growth = 4, blocks = {1, 1}, ~stem = Stem^.IMAGENET, input = @Input(height ="
                + " 32, width = 32))"));
  }
}
