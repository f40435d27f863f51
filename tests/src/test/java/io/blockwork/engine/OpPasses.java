package io.blockwork.engine;

/**
 * Passes of a single layer, as a generated class would bind it. In the sliced layout, source and
 * destination are channel slices in the midst of larger tensors.
 */
final class OpPasses {
  private OpPasses() {}

  /** What inference does behind a convolution. */
  enum Tail {
    NONE,
    FOLDED,
    FOLDED_RELU,
    FOLDED_ADD_RELU,
    FOLDED_ADD_RELU_IN_PLACE
  }

  /** The layer in inference; images come in by a copy, so that the source can be a slice. */
  static ForwardPass inference(InferenceBinder bind, OpCase op, Tail tail, boolean sliced) {
    int[] in = {op.input()[1], op.input()[2], op.input()[3]};
    int[] out = op.output();
    int around = sliced ? 3 : 0;
    bind.slots(
        length(in, 0),
        length(in, around),
        length(out, around),
        length(out, 0),
        Math.max(length(out, 0), 3L * in[0]));
    Tensor input = bind.slot(0, in[0], in[1], in[2]);
    Tensor src = middle(bind.slot(1, in[0] + 2 * around, in[1], in[2]), around);
    Tensor dst = middle(bind.slot(2, out[0] + 2 * around, out[1], out[2]), around);
    Tensor output = bind.slot(3, out[0], out[1], out[2]);
    Kernel enter = bind.padShortcut("enter", 1, input, src);
    Kernel layer = kernel(bind, op, tail, src, dst);
    Kernel leave = bind.padShortcut("leave", 1, dst, output);
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
        enter.run();
        layer.run();
        leave.run();
      }
    };
  }

  private static long length(int[] shape, int around) {
    return (long) (shape[0] + 2 * around) * shape[1] * shape[2];
  }

  private static Tensor middle(Tensor tensor, int around) {
    return around == 0 ? tensor : tensor.slice(around, tensor.channels() - around);
  }

  private static Kernel kernel(InferenceBinder bind, OpCase op, Tail tail, Tensor src, Tensor dst) {
    boolean flag = op.arguments().length > 0 && op.arguments()[0] == 1;
    return switch (op.op()) {
      case "conv2d" -> convolution(bind, op, tail, src, dst);
      case "batchNorm" ->
          bind.batchNorm("norm", Norm.norm(), flag ? Activation.RELU : Activation.NONE, src, dst);
      case "maxPool" -> bind.maxPool("layer", op.window(), src, dst);
      case "avgPool" -> bind.avgPool("layer", op.window(), src, dst);
      case "globalAvgPool" -> bind.globalAvgPool("layer", src, dst);
      case "linear" -> bind.linear("layer", op.function(), src, dst);
      case "padShortcut" -> bind.padShortcut("layer", op.arguments()[1], src, dst);
      case "add" -> {
        Kernel conv =
            bind.conv2d(
                "layer", Conv.conv(src.channels(), dst.channels(), 1), src, dst, Epilogue.none());
        Kernel add = flag ? bind.addRelu("add", dst, src, dst) : bind.add("add", dst, src, dst);
        yield chain(conv, add);
      }
      case "scale" -> excitation(bind, op, src, dst);
      default -> throw new IllegalArgumentException(op.op());
    };
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

  /** The layer in training, between two copies. */
  static TrainingPass training(TrainingBinder bind, OpCase op, boolean sliced) {
    int[] in = {op.input()[1], op.input()[2], op.input()[3]};
    int[] out = op.output();
    int around = sliced ? 3 : 0;
    bind.slots(length(in, around));
    Tensor input = bind.keep(in[0], in[1], in[2]);
    Tensor dInput = bind.keep(in[0], in[1], in[2]);
    Tensor src = middle(bind.keep(in[0] + 2 * around, in[1], in[2]), around);
    Tensor dSrc = middle(bind.slot(0, in[0] + 2 * around, in[1], in[2]), around);
    Tensor dst = middle(bind.keep(out[0] + 2 * around, out[1], out[2]), around);
    Tensor dDst = middle(bind.keep(out[0] + 2 * around, out[1], out[2]), around);
    Tensor output = bind.keep(out[0], out[1], out[2]);
    Tensor dOutput = bind.keep(out[0], out[1], out[2]);
    Layer enter = bind.padShortcut("enter", 1, input, src, dSrc, Gradient.into(dInput));
    Layer layer = layer(bind, op, src, dst, dDst, dSrc);
    Layer leave = bind.padShortcut("leave", 1, dst, output, dOutput, Gradient.into(dDst));
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
        enter.forward();
        layer.forward();
        leave.forward();
      }

      @Override
      public void backward() {
        leave.backward();
        layer.backward();
        enter.backward();
      }
    };
  }

  private static Layer layer(
      TrainingBinder bind, OpCase op, Tensor src, Tensor dst, Tensor dDst, Tensor dSrc) {
    boolean flag = op.arguments().length > 0 && op.arguments()[0] == 1;
    Gradient into = Gradient.into(dSrc);
    return switch (op.op()) {
      case "conv2d" -> bind.conv2d("layer", op.conv(), src, dst, dDst, into);
      case "batchNorm" -> bind.batchNorm("norm", Norm.norm(), flag, src, dst, dDst, into);
      case "maxPool" -> bind.maxPool("layer", op.window(), src, dst, dDst, into);
      case "avgPool" -> bind.avgPool("layer", op.window(), src, dst, dDst, into);
      case "globalAvgPool" -> bind.globalAvgPool("layer", src, dst, dDst, into);
      case "linear" -> bind.linear("layer", op.function(), src, dst, dDst, into);
      case "padShortcut" -> bind.padShortcut("layer", op.arguments()[1], src, dst, dDst, into);
      case "add" ->
          chain(
              // First, and so last in the backward pass: the identity's part of the gradient is
              // added to what the convolution left.
              new OnlyBackward(
                  bind.padShortcut(
                      "identity", 1, src, copyOf(bind, dst), dDst, Gradient.addTo(dSrc))),
              bind.conv2d(
                  "layer", Conv.conv(src.channels(), dst.channels(), 1), src, dst, dDst, into),
              flag
                  ? bind.addRelu("add", dst, src, dst, dDst)
                  : bind.add("add", dst, src, dst, dDst));
      case "scale" -> excitation(bind, op, src, dst, dDst, dSrc);
      default -> throw new IllegalArgumentException(op.op());
    };
  }

  private static Tensor copyOf(TrainingBinder bind, Tensor like) {
    return bind.keep(like.channels(), like.height(), like.width());
  }

  private static Layer excitation(
      TrainingBinder bind, OpCase op, Tensor src, Tensor dst, Tensor dDst, Tensor dSrc) {
    int c = src.channels();
    int reduced = op.arguments()[0];
    Tensor mean = bind.keep(c, 1, 1);
    Tensor dMean = bind.keep(c, 1, 1);
    Tensor squeezed = bind.keep(reduced, 1, 1);
    Tensor dSqueezed = bind.keep(reduced, 1, 1);
    Tensor gate = bind.keep(c, 1, 1);
    Tensor dGate = bind.keep(c, 1, 1);
    Layer pool = bind.globalAvgPool("pool", src, mean, dMean, Gradient.addTo(dSrc));
    Layer squeeze =
        bind.linear("fc1", Activation.RELU, mean, squeezed, dSqueezed, Gradient.into(dMean));
    Layer excite =
        bind.linear("fc2", Activation.SIGMOID, squeezed, gate, dGate, Gradient.into(dSqueezed));
    Layer scale =
        bind.scale("scale", src, gate, dst, dDst, Gradient.into(dSrc), Gradient.into(dGate));
    return chain(pool, squeeze, excite, scale);
  }

  /** Layers one after another. */
  private static Layer chain(Layer... layers) {
    return new Layer() {
      @Override
      public void forward() {
        for (Layer layer : layers) {
          layer.forward();
        }
      }

      @Override
      public void backward() {
        for (int i = layers.length - 1; i >= 0; i--) {
          layers[i].backward();
        }
      }

      @Override
      public void recompute() {
        for (Layer layer : layers) {
          layer.recompute();
        }
      }
    };
  }

  /** A layer of which only the backward pass is wanted, in the order that the sum needs. */
  private record OnlyBackward(Layer layer) implements Layer {
    @Override
    public void forward() {}

    @Override
    public void recompute() {}

    @Override
    public void backward() {
      layer.backward();
    }
  }
}
