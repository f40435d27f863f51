package io.blockwork.engine;

import static io.blockwork.engine.Addend.addend;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Passes of a single layer, as a generated class would bind it. */
final class OpPasses {
  private OpPasses() {}

  /** Where source, destination and gradients lie. */
  enum Places {
    /** Tensors of their own; the gradient is written. */
    WHOLE,
    /** Channel slices in the midst of larger tensors; the gradient is added to the images. */
    SLICED,
    /** The gradient of the source lies where that of the destination lies. */
    GRADIENT_IN_PLACE,
    /** The same, and the destination is the source. */
    IN_PLACE
  }

  /** What inference does behind a convolution. */
  enum Tail {
    NONE,
    FOLDED,
    FOLDED_RELU,
    FOLDED_ADD_RELU,
    FOLDED_ADD_RELU_IN_PLACE
  }

  /** Channels around a slice: a whole block where blocks are possible. */
  private static int around(Places places, int channels) {
    return places != Places.SLICED ? 0 : channels % 16 == 0 ? 16 : 3;
  }

  /** The layer in inference; images come in by a copy, so that the source can be a slice. */
  static ForwardPass inference(InferenceBinder bind, OpCase op, Tail tail, Places places) {
    int[] in = {op.input()[1], op.input()[2], op.input()[3]};
    int[] out = op.output();
    int aroundIn = around(places, in[0]);
    int aroundOut = around(places, out[0]);
    bind.slots(
        length(in, 0),
        length(in, aroundIn),
        length(out, aroundOut),
        length(out, 0),
        Math.max(length(out, 0), 3L * in[0]));
    Tensor input = bind.slot(0, in[0], in[1], in[2]);
    Tensor src = middle(bind.slot(1, in[0] + 2 * aroundIn, in[1], in[2]), aroundIn);
    Tensor dst =
        places == Places.IN_PLACE
            ? src
            : middle(bind.slot(2, out[0] + 2 * aroundOut, out[1], out[2]), aroundOut);
    Tensor output = bind.slot(3, out[0], out[1], out[2]);
    Kernel enter = bind.copy("enter", input, src);
    Kernel layer = kernel(bind, op, tail, src, dst);
    Kernel leave = bind.copy("leave", dst, output);
    return pass(input, output, enter, layer, leave);
  }

  /** The kernels, one after the other. */
  static ForwardPass pass(Tensor input, Tensor output, Kernel... kernels) {
    return new ForwardPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public void run() {
        for (Kernel kernel : kernels) {
          kernel.run();
        }
      }
    };
  }

  private static long length(int[] shape, int around) {
    return (long) (shape[0] + 2 * around) * shape[1] * shape[2];
  }

  private static Tensor middle(Tensor tensor, int around) {
    return around == 0 ? tensor : tensor.slice(around, tensor.channels() - around);
  }

  /** The layer in inference. */
  static Kernel kernel(InferenceBinder bind, OpCase op, Tail tail, Tensor src, Tensor dst) {
    boolean flag = op.arguments().length > 0 && op.arguments()[0] == 1;
    Activation relu = flag ? Activation.RELU : Activation.NONE;
    return switch (op.op()) {
      case "conv2d" -> convolution(bind, op, tail, src, dst);
      case "convThen" -> {
        Epilogue epilogue =
            Epilogue.norm("norm", op.reals()[1]).times(op.reals()[0]).add(dst).then(op.function());
        yield chain(
            bind.conv2d("layer", op.conv(), src, dst, Epilogue.none()),
            bind.conv2d("layer", op.conv(), src, dst, epilogue));
      }
      case "batchNorm" -> bind.batchNorm("norm", op.norm(), relu, src, dst);
      case "maxPool" -> bind.maxPool("layer", op.window(), src, dst);
      case "avgPool" -> bind.avgPool("layer", op.window(), src, dst);
      case "adaptiveAvgPool" -> bind.adaptiveAvgPool("layer", src, dst);
      case "adaptiveMaxPool" -> bind.adaptiveMaxPool("layer", src, dst);
      case "globalAvgPool" -> bind.globalAvgPool("layer", src, dst);
      case "globalMaxPool" -> bind.globalMaxPool("layer", src, dst);
      case "linear" -> bind.linear("layer", op.linear(), op.function(), src, dst);
      case "padShortcut" -> bind.padShortcut("layer", op.arguments()[1], src, dst);
      case "add" -> {
        Kernel conv = project(bind, src, dst);
        Kernel add = flag ? bind.addRelu("add", dst, src, dst) : bind.add("add", dst, src, dst);
        yield chain(conv, add);
      }
      case "sum" -> {
        List<Addend> addends = new ArrayList<>(List.of(addend(op.reals()[0], dst)));
        for (int i = 1; i < op.reals().length; i++) {
          addends.add(addend(op.reals()[i], src));
        }
        Kernel conv = project(bind, src, dst);
        yield chain(conv, bind.sum("sum", relu, dst, addends.toArray(Addend[]::new)));
      }
      case "multiply" -> chain(project(bind, src, dst), bind.multiply("multiply", dst, src, dst));
      case "square" -> bind.multiply("layer", src, src, dst);
      case "scale" -> excitation(bind, op, src, dst);
      case "activation" -> bind.activation("layer", op.function(), src, dst);
      case "affine" -> bind.affine("layer", op.affine(), src, dst);
      case "prelu" -> bind.prelu("layer", src, dst);
      case "layerNorm" -> bind.layerNorm("layer", op.layerNorm(), src, dst);
      case "groupNorm" -> bind.groupNorm("layer", op.groupNorm(), src, dst);
      case "localResponseNorm" -> bind.localResponseNorm("layer", op.responseNorm(), src, dst);
      case "channelShuffle" -> bind.channelShuffle("layer", op.arguments()[0], src, dst);
      case "softmax" -> bind.softmax("layer", src, dst);
      case "logSoftmax" -> bind.logSoftmax("layer", src, dst);
      case "copy" -> bind.copy("layer", src, dst);
      case "flatten" -> bind.flatten("layer", src, dst);
      case "zeroPad" -> bind.zeroPad("layer", op.padding(), src, dst);
      default -> throw new IllegalArgumentException(op.op());
    };
  }

  private static Conv pointwise(Tensor src, Tensor dst) {
    return Conv.conv(src.channels(), dst.channels(), 1);
  }

  private static Kernel project(InferenceBinder bind, Tensor src, Tensor dst) {
    return bind.conv2d("layer", pointwise(src, dst), src, dst, Epilogue.none());
  }

  private static Kernel convolution(
      InferenceBinder bind, OpCase op, Tail tail, Tensor src, Tensor dst) {
    Tensor residual = bind.slot(4, dst.channels(), dst.height(), dst.width());
    return switch (tail) {
      case NONE -> bind.conv2d("layer", op.conv(), src, dst, Epilogue.none());
      case FOLDED -> bind.conv2d("layer", op.conv(), src, dst, Epilogue.norm("norm"));
      case FOLDED_RELU ->
          bind.conv2d("layer", op.conv(), src, dst, Epilogue.norm("norm").thenRelu());
      case FOLDED_ADD_RELU -> {
        // The residual is the plain convolution's output.
        Kernel plain = bind.conv2d("layer", op.conv(), src, residual, Epilogue.none());
        Epilogue add = Epilogue.norm("norm").add(residual).thenRelu();
        yield chain(plain, bind.conv2d("layer", op.conv(), src, dst, add));
      }
      case FOLDED_ADD_RELU_IN_PLACE -> {
        Kernel plain = bind.conv2d("layer", op.conv(), src, dst, Epilogue.none());
        Epilogue add = Epilogue.norm("norm").add(dst).thenRelu();
        yield chain(plain, bind.conv2d("layer", op.conv(), src, dst, add));
      }
    };
  }

  private static Kernel excitation(InferenceBinder bind, OpCase op, Tensor src, Tensor dst) {
    int c = src.channels();
    int reduced = op.arguments()[0];
    Tensor vectors = bind.slot(4, 2 * c + reduced, 1, 1);
    Tensor mean = vectors.slice(0, c);
    Tensor squeezed = vectors.slice(c, c + reduced);
    Tensor gate = vectors.slice(c + reduced, 2 * c + reduced);
    Kernel pool = bind.globalAvgPool("pool", src, mean);
    Kernel squeeze = bind.linear("fc1", Activation.RELU, mean, squeezed);
    Kernel excite = bind.linear("fc2", Activation.SIGMOID, squeezed, gate);
    Kernel scale = bind.scale("scale", src, gate, dst);
    return chain(pool, squeeze, excite, scale);
  }

  private static Kernel chain(Kernel... kernels) {
    return () -> {
      for (Kernel kernel : kernels) {
        kernel.run();
      }
    };
  }

  /**
   * The layer in training, between two copies. Where places are sliced, another reader of the
   * layer's source has left the images in its gradient, which the layer adds to.
   */
  static TrainingPass training(TrainingBinder bind, OpCase op, Places places) {
    int[] in = {op.input()[1], op.input()[2], op.input()[3]};
    int[] out = op.output();
    boolean sliced = places == Places.SLICED;
    boolean inPlace = places == Places.IN_PLACE;
    int aroundIn = around(places, in[0]);
    int aroundOut = around(places, out[0]);
    bind.slots(length(in, aroundIn));
    Tensor input = bind.keep(in[0], in[1], in[2]);
    Tensor dInput = bind.keep(in[0], in[1], in[2]);
    Tensor src = middle(bind.keep(in[0] + 2 * aroundIn, in[1], in[2]), aroundIn);
    Tensor dSrc = middle(bind.slot(0, in[0] + 2 * aroundIn, in[1], in[2]), aroundIn);
    Tensor dst =
        inPlace ? src : middle(bind.keep(out[0] + 2 * aroundOut, out[1], out[2]), aroundOut);
    Tensor dDst =
        inPlace || places == Places.GRADIENT_IN_PLACE
            ? dSrc
            : middle(bind.keep(out[0] + 2 * aroundOut, out[1], out[2]), aroundOut);
    Tensor output = bind.keep(out[0], out[1], out[2]);
    Tensor dOutput = bind.keep(out[0], out[1], out[2]);
    Layer enter = bind.copy("enter", input, src, dSrc, into(dInput));
    Layer layer = layer(bind, op, src, dst, dDst, sliced ? addTo(dSrc) : into(dSrc));
    Layer other =
        sliced
            ? bind.copy("other", src, bind.keep(in[0], in[1], in[2]), input, into(dSrc))
            : chain(new Layer[0]);
    Layer leave = bind.copy("leave", dst, output, dOutput, into(dDst));
    Layer all = chain(enter, layer, other, leave);
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return output;
      }

      @Override
      public Tensor outputGradient() {
        return dOutput;
      }

      @Override
      public Tensor inputGradient() {
        return dInput;
      }

      @Override
      public void forward() {
        all.forward();
      }

      @Override
      public void backward() {
        all.backward();
      }
    };
  }

  private static Layer layer(
      TrainingBinder bind, OpCase op, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    boolean flag = op.arguments().length > 0 && op.arguments()[0] == 1;
    return switch (op.op()) {
      case "conv2d" -> bind.conv2d("layer", op.conv(), src, dst, dDst, dSrc);
      case "batchNorm" -> bind.batchNorm("norm", op.norm(), flag, src, dst, dDst, dSrc);
      case "maxPool" -> bind.maxPool("layer", op.window(), src, dst, dDst, dSrc);
      case "avgPool" -> bind.avgPool("layer", op.window(), src, dst, dDst, dSrc);
      case "adaptiveAvgPool" -> bind.adaptiveAvgPool("layer", src, dst, dDst, dSrc);
      case "adaptiveMaxPool" -> bind.adaptiveMaxPool("layer", src, dst, dDst, dSrc);
      case "globalAvgPool" -> bind.globalAvgPool("layer", src, dst, dDst, dSrc);
      case "globalMaxPool" -> bind.globalMaxPool("layer", src, dst, dDst, dSrc);
      case "linear" -> bind.linear("layer", op.linear(), op.function(), src, dst, dDst, dSrc);
      case "padShortcut" -> bind.padShortcut("layer", op.arguments()[1], src, dst, dDst, dSrc);
      case "add", "sum" -> sum(bind, op, flag, src, dst, dDst, dSrc);
      case "multiply" -> {
        Tensor projected = copyOf(bind, dst);
        Tensor dProjected = copyOf(bind, dst);
        yield chain(
            project(bind, src, projected, dProjected, addTo(dSrc.tensor())),
            bind.multiply("multiply", projected, src, dst, dDst, into(dProjected), dSrc));
      }
      case "square" -> bind.multiply("layer", src, src, dst, dDst, dSrc, addTo(dSrc.tensor()));
      case "scale" -> excitation(bind, op, src, dst, dDst, dSrc);
      case "activation" -> bind.activation("layer", op.function(), src, dst, dDst, dSrc);
      case "affine" -> bind.affine("layer", op.affine(), src, dst, dDst, dSrc);
      case "prelu" -> bind.prelu("layer", src, dst, dDst, dSrc);
      case "layerNorm" -> bind.layerNorm("layer", op.layerNorm(), src, dst, dDst, dSrc);
      case "groupNorm" -> bind.groupNorm("layer", op.groupNorm(), src, dst, dDst, dSrc);
      case "localResponseNorm" ->
          bind.localResponseNorm("layer", op.responseNorm(), src, dst, dDst, dSrc);
      case "channelShuffle" ->
          bind.channelShuffle("layer", op.arguments()[0], src, dst, dDst, dSrc);
      case "softmax" -> bind.softmax("layer", src, dst, dDst, dSrc);
      case "logSoftmax" -> bind.logSoftmax("layer", src, dst, dDst, dSrc);
      case "copy" -> bind.copy("layer", src, dst, dDst, dSrc);
      case "flatten" -> bind.flatten("layer", src, dst, dDst, dSrc);
      case "zeroPad" -> bind.zeroPad("layer", op.padding(), src, dst, dDst, dSrc);
      default -> throw new IllegalArgumentException(op.op());
    };
  }

  private static Layer project(
      TrainingBinder bind, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    return bind.conv2d("layer", pointwise(src, dst), src, dst, dDst, dSrc);
  }

  /**
   * The sum of a projection and its source. The projection lies in the sum's place; its gradient
   * does, too, if its factor is 1.
   */
  private static Layer sum(
      TrainingBinder bind,
      OpCase op,
      boolean relu,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    double[] factors = op.op().equals("add") ? new double[] {1, 1} : op.reals();
    Tensor dProjected = factors[0] == 1 ? dDst : copyOf(bind, dst);
    List<TrainedAddend> addends = new ArrayList<>();
    addends.add(
        factors[0] == 1
            ? TrainedAddend.addend(dst)
            : TrainedAddend.addend(factors[0], dst, into(dProjected)));
    for (int i = 1; i < factors.length; i++) {
      Gradient gradient = i == 1 ? dSrc : addTo(dSrc.tensor());
      addends.add(TrainedAddend.addend(factors[i], src, gradient));
    }
    return chain(
        project(bind, src, dst, dProjected, addTo(dSrc.tensor())),
        bind.sum("sum", relu, dst, dDst, addends.toArray(TrainedAddend[]::new)));
  }

  private static Tensor copyOf(TrainingBinder bind, Tensor like) {
    return bind.keep(like.channels(), like.height(), like.width());
  }

  private static Layer excitation(
      TrainingBinder bind, OpCase op, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    int c = src.channels();
    int reduced = op.arguments()[0];
    Tensor mean = bind.keep(c, 1, 1);
    Tensor dMean = bind.keep(c, 1, 1);
    Tensor squeezed = bind.keep(reduced, 1, 1);
    Tensor dSqueezed = bind.keep(reduced, 1, 1);
    Tensor gate = bind.keep(c, 1, 1);
    Tensor dGate = bind.keep(c, 1, 1);
    Layer pool = bind.globalAvgPool("pool", src, mean, dMean, addTo(dSrc.tensor()));
    Layer squeeze = bind.linear("fc1", Activation.RELU, mean, squeezed, dSqueezed, into(dMean));
    Layer excite = bind.linear("fc2", Activation.SIGMOID, squeezed, gate, dGate, into(dSqueezed));
    Layer scale = bind.scale("scale", src, gate, dst, dDst, dSrc, into(dGate));
    return chain(pool, squeeze, excite, scale);
  }

  /** Layers one after another. */
  private static Layer chain(Layer... layers) {
    List<Layer> forward = Arrays.asList(layers);
    return new Layer() {
      @Override
      public void forward() {
        forward.forEach(Layer::forward);
      }

      @Override
      public void backward() {
        for (int i = layers.length - 1; i >= 0; i--) {
          layers[i].backward();
        }
      }

      @Override
      public void recompute() {
        forward.forEach(Layer::recompute);
      }
    };
  }
}
