package io.blockwork.processor.architectures;

import io.blockwork.ResNetVersion;
import io.blockwork.Stem;
import io.blockwork.graph.Block;
import io.blockwork.graph.Graph;
import io.blockwork.graph.GraphBuilder;
import io.blockwork.graph.ops.Activate;
import io.blockwork.graph.ops.AvgPool2d;
import io.blockwork.graph.ops.BatchNorm2d;
import io.blockwork.graph.ops.Conv2d;
import io.blockwork.graph.ops.GlobalAvgPool;
import io.blockwork.graph.ops.Initial;
import io.blockwork.graph.ops.Input;
import io.blockwork.graph.ops.Linear;
import io.blockwork.graph.ops.MaxPool2d;
import io.blockwork.graph.ops.Shape;
import io.blockwork.graph.ops.Window;
import io.blockwork.processor.architectures.ResidualBlocks.Geometry;
import io.blockwork.processor.spec.DenseBlockSpec;
import io.blockwork.processor.spec.DenseNetSpec;
import io.blockwork.processor.spec.InputSpec;
import io.blockwork.processor.spec.ResNetSpec;
import io.blockwork.processor.spec.ResNetSpec.BlockStyle;
import io.blockwork.processor.spec.ResidualBlockSpec;
import io.blockwork.processor.spec.Spec;
import java.util.function.UnaryOperator;

/** From spec to graph. The spec must have no problems. */
public final class Architectures {
  private Architectures() {}

  /** The network that {@code spec} describes. */
  public static Graph of(Spec spec) {
    if (spec instanceof ResNetSpec s) {
      return resNet(s);
    } else if (spec instanceof DenseNetSpec s) {
      return denseNet(s);
    } else if (spec instanceof ResidualBlockSpec s) {
      return residualBlock(s);
    } else if (spec instanceof DenseBlockSpec s) {
      return denseBlock(s);
    }
    throw new AssertionError(spec);
  }

  private static Graph resNet(ResNetSpec spec) {
    var graph = new GraphBuilder();
    BlockStyle style = spec.block();
    boolean preActivated = style.version() == ResNetVersion.V2;
    int x = stem(graph, spec.stem(), spec.input(), "", "conv1", spec.width(), Conv2d::heFanOut);
    if (!preActivated) {
      x = graph.add(BatchNorm2d.of("bn1", spec.width()), x);
      x = graph.add(Activate.relu("relu"), x);
      graph.modules("bn1");
    }
    if (spec.stem() == Stem.IMAGENET) {
      x = graph.add(stemPool("maxpool"), x);
      graph.modules("maxpool");
    }

    var blocks = new ResidualBlocks(graph, style);
    int in = spec.width();
    int dilation = 1;
    int total = spec.blocks().stream().mapToInt(Integer::intValue).sum();
    int number = 0;
    for (int s = 0; s < spec.blocks().size(); s++) {
      boolean dilates = spec.dilateFrom() != 0 && s + 1 >= spec.dilateFrom();
      int before = dilation;
      dilation *= dilates ? 2 : 1;
      for (int b = 0; b < spec.blocks().get(s); b++) {
        int stride = s > 0 && b == 0 && !dilates ? 2 : 1;
        String stage = "layer" + (s + 1);
        graph.enter(Block.NETWORK.child(stage, "").child(String.valueOf(b), title(style, stride)));
        // As torchvision: the first block of a dilated stage still has the dilation of the stage
        // before.
        // Linear decay: the first layers, which all others build on, are dropped the least.
        double dropped = style.stochasticDepth() * ++number / total;
        x =
            blocks.add(
                x,
                new Geometry(
                    in, spec.planes(s), stride, b == 0 ? before : dilation, dilation, dropped));
        in = spec.planes(s) * style.expansion();
      }
    }

    graph.enter(Block.stage("head", "", "global mean, classifier"));
    if (preActivated) {
      x = graph.add(BatchNorm2d.of("bn2", in), x);
      x = graph.add(Activate.relu("relu"), x);
      graph.modules("bn2");
    }
    x = graph.add(new GlobalAvgPool("avgpool"), x);
    x = graph.add(Linear.of("fc", in, spec.classes()), x);
    graph.modules("avgpool", "fc");
    return graph.build(x);
  }

  private static String title(BlockStyle style, int stride) {
    String kind =
        (style.version() == ResNetVersion.V2 ? "pre-activation " : "")
            + (style.squeezeExcitation() > 0 ? "squeeze-and-excitation " : "")
            + (style.bottleneck() ? "bottleneck" : "basic block");
    return stride == 1 ? kind : kind + ", stride " + stride;
  }

  /** Adds the images and the first convolution, which is large and strided for large images. */
  private static int stem(
      GraphBuilder graph,
      Stem kind,
      InputSpec input,
      String prefix,
      String conv,
      int width,
      UnaryOperator<Conv2d> initial) {
    boolean imagenet = kind == Stem.IMAGENET;
    String title = imagenet ? "7x7 convolution, 3x3 max pool" : "3x3 convolution";
    graph.enter(Block.stage("stem", prefix, title));
    int x = graph.add(new Input(shape(input)));
    graph.modules(prefix + conv);
    Conv2d first =
        Conv2d.same(prefix + conv, input.channels(), width, imagenet ? 7 : 3, imagenet ? 2 : 1);
    return graph.add(initial.apply(first), x);
  }

  private static Graph denseNet(DenseNetSpec spec) {
    var graph = new GraphBuilder();
    int width = spec.stem0();
    int x = stem(graph, spec.stem(), spec.input(), "features.", "conv0", width, Conv2d::heFanIn);
    if (spec.stem() == Stem.IMAGENET) {
      x = graph.add(BatchNorm2d.of("features.norm0", width), x);
      x = graph.add(Activate.relu("features.relu0"), x);
      x = graph.add(stemPool("features.pool0"), x);
      graph.modules("features.norm0", "features.pool0");
    }
    var layers = new DenseLayers(graph, spec.layer());
    for (int b = 1; b <= spec.blocks().size(); b++) {
      int count = spec.blocks().get(b - 1);
      x = layers.add("features.denseblock" + b, count, x, width);
      width += count * spec.layer().growth();
      if (b < spec.blocks().size()) {
        // A transition that keeps no channel would cut the network in two.
        int out = Math.max(1, (int) Math.floor(width * spec.compression()));
        x = transition(graph, "features.transition" + b, x, width, out);
        width = out;
      }
    }
    graph.enter(Block.stage("head", "", "global mean, classifier"));
    x = graph.add(BatchNorm2d.of("features.norm5", width), x);
    x = graph.add(Activate.relu("relu"), x);
    x = graph.add(new GlobalAvgPool("avgpool"), x);
    x = graph.add(Linear.of("classifier", width, spec.classes()).withBias(Initial.ZEROS), x);
    graph.modules("features.norm5", "avgpool", "classifier");
    return graph.build(x);
  }

  private static int transition(GraphBuilder graph, String path, int x, int in, int out) {
    graph.enter(Block.stage(path, path + ".", "transition"));
    int y = graph.add(BatchNorm2d.of(path + ".norm", in), x);
    y = graph.add(Activate.relu(path + ".relu"), y);
    y = graph.add(Conv2d.same(path + ".conv", in, out, 1, 1).heFanIn(), y);
    graph.modules(path + ".norm", path + ".conv", path + ".pool");
    return graph.add(AvgPool2d.tiling(path + ".pool", 2), y);
  }

  private static MaxPool2d stemPool(String path) {
    return new MaxPool2d(path, Window.of(3).stride(2).padding(1));
  }

  private static Graph residualBlock(ResidualBlockSpec spec) {
    var graph = new GraphBuilder();
    graph.enter(Block.stage("block", "", title(spec.block(), spec.stride())));
    int x = graph.add(new Input(shape(spec.input())));
    var geometry =
        new Geometry(
            spec.channels(),
            spec.planesOrDefault(),
            spec.stride(),
            1,
            1,
            spec.block().stochasticDepth());
    return graph.build(new ResidualBlocks(graph, spec.block()).add(x, geometry));
  }

  private static Graph denseBlock(DenseBlockSpec spec) {
    var graph = new GraphBuilder();
    graph.enter(Block.stage("denseblock", "", "dense block"));
    int x = graph.add(new Input(shape(spec.input())));
    return graph.build(
        new DenseLayers(graph, spec.layer()).add("", spec.layers(), x, spec.channels()));
  }

  private static Shape shape(InputSpec input) {
    return new Shape(input.channels(), input.height(), input.width());
  }
}
