package io.blockwork.cuda;

import io.blockwork.cuda.DeviceConvolution.Weights;
import io.blockwork.cuda.Elementwise.ScaleShift;
import io.blockwork.cuda.Elementwise.SumsOf;
import io.blockwork.cuda.Emitter.Role;
import io.blockwork.engine.Activation;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the layers of training, and writes their operations down when they run: here of the layers
 * that have parameters.
 */
final class TrainingRecorder extends PlainLayers {
  private final DeviceParameters values;
  private final TrainingWeights weights;
  private final Constants constants;
  private final List<String> counted = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @param pass where the number of the training pass stands
   */
  TrainingRecorder(
      Parameters parameters,
      DeviceParameters values,
      TrainingSettings settings,
      TrainingWeights weights,
      Emitter emitter,
      Place pass) {
    super(parameters, settings, emitter, pass);
    this.values = values;
    this.weights = weights;
    this.constants = new Constants(emitter.arena());
  }

  Constants constants() {
    return constants;
  }

  /** The counters of batches that a forward pass adds one to. */
  List<String> counted() {
    return List.copyOf(counted);
  }

  @Override
  public Layer conv2d(String path, Conv conv, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.conv(path, conv, src, dst);
    BindChecks.parameter(parameters, path + ".weight", conv.weightShape());
    Ends at = ends(path, src, dst, dDst, dSrc);
    return product(at, new DeviceConvolution(conv, at.src(), at.dst()), conv.bias(), Function.NONE);
  }

  /** A convolution or a linear layer. */
  private Layer product(Ends at, DeviceConvolution convolution, boolean bias, Function function) {
    String path = at.path();
    if (bias) {
      BindChecks.parameter(parameters, path + ".bias", convolution.conv().out());
    }
    Recorded layer = new Recorded(path);
    CudaTensor gradient = at.dDst();
    boolean trained = trained(path);
    follow(at.dst(), at.needed() || trained);
    Weights packed = weights.of(path, convolution, bias);
    layer.forward(
        List.of(at.src()),
        at.dst(),
        to -> convolution.forward(to, packed, bias, Optional.empty(), function));
    if (!function.isNone() && (trained || at.needed())) {
      layer.backward(
          List.of(gradient, at.dst()),
          List.of(gradient),
          to ->
              Elementwise.activationBackward(
                  to, function, true, at.dst(), gradient, gradient, false));
    }
    if (trained) {
      Place dWeight = weights.gradientOf(path, convolution);
      layer.backward(
          List.of(at.src(), gradient),
          List.of(),
          to -> convolution.backwardWeights(to, gradient, dWeight));
      if (bias) {
        sums(layer, SumsOf.VALUES, gradient, gradient, path + ".bias");
      }
    }
    if (at.needed()) {
      backwardData(layer, at, convolution, packed);
    }
    return layer;
  }

  private void backwardData(
      Recorded layer, Ends at, DeviceConvolution convolution, Weights packed) {
    CudaTensor dSrc = at.dSrc();
    if (at.accumulate()) {
      CudaTensor summand =
          emitter.temporary(Role.SUMMAND, dSrc.channels(), dSrc.height(), dSrc.width());
      layer.backward(
          List.of(at.dDst()),
          List.of(summand),
          to -> convolution.backwardData(to, packed, at.dDst(), summand));
      layer.backward(new Joinable.AddTo(at.path(), summand, dSrc));
    } else {
      layer.backward(
          List.of(at.dDst()),
          List.of(dSrc),
          to -> convolution.backwardData(to, packed, at.dDst(), dSrc));
    }
  }

  @Override
  public Layer linear(
      String path,
      Linear linear,
      Activation activation,
      Tensor src,
      Tensor dst,
      Tensor dDst,
      Gradient dSrc) {
    if (!activation.fromOutput()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a linear layer trains with activations whose derivative follows from the output, not with %s",
              path, activation));
    }
    DeviceConvolution convolution =
        DeviceConvolution.linear(BindChecks.use(src), BindChecks.use(dst));
    BindChecks.linear(parameters, path, convolution, src, dst);
    Ends at = ends(path, src, dst, dDst, dSrc);
    return product(at, convolution, linear.bias(), Function.of(activation));
  }

  @Override
  public Layer batchNorm(
      String path, Norm norm, boolean relu, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    BindChecks.norm(parameters, path, src.channels());
    boolean trained = trained(path);
    if (trained && at.src().pixels() == 1) {
      throw new IllegalArgumentException(
          SafeText.format(
              "%s: a batch norm cannot train on one value per channel (%s, batch 1); use a larger batch",
              path, src.shape()));
    }
    follow(at.dst(), at.needed() || trained);
    Norms.Arrays arrays =
        Norms.Arrays.of(
            emitter.arena(),
            src.channels(),
            values.of(path + ".weight"),
            values.of(path + ".bias"),
            values.of(path + ".running_mean"),
            values.of(path + ".running_var"));
    Recorded layer = new Recorded(path);
    if (trained) {
      counted.add(path + ".num_batches_tracked");
      layer.onceForward(
          List.of(src), to -> Norms.statistics(to, arrays, at.src(), norm.eps(), norm.momentum()));
    } else {
      layer.onceForward(List.of(), to -> Norms.fold(to, arrays, at.src().channels(), norm.eps()));
    }
    layer.forward(
        new Joinable.NormApply(
            path,
            arrays.affine(),
            at.src(),
            Optional.empty(),
            ScaleShift.NONE,
            relu ? Function.RELU : Function.NONE,
            Optional.empty(),
            at.dst()));
    if (trained) {
      Place dGamma = weights.gradientOf(path + ".weight");
      Place dBeta = weights.gradientOf(path + ".bias");
      Norms.Relu mask = relu ? Norms.Relu.OWN : Norms.Relu.NONE;
      layer.backward(
          new Joinable.NormSums(
              path, arrays, Norms.Incoming.of(at.dDst(), mask), at.src(), dGamma, dBeta));
      if (at.needed()) {
        layer.backward(
            List.of(at.dDst(), src),
            List.of(at.dSrc()),
            to ->
                Norms.backward(
                    to,
                    arrays,
                    at.dDst(),
                    relu,
                    at.src(),
                    dGamma,
                    dBeta,
                    at.dSrc(),
                    at.accumulate()));
      }
    } else if (at.needed()) {
      layer.backward(
          List.of(at.dDst(), src),
          List.of(at.dSrc()),
          to ->
              Norms.affineBackward(
                  to, arrays.affine(), at.dDst(), relu, at.src(), at.dSrc(), at.accumulate()));
    }
    return layer;
  }

  @Override
  public Layer affine(
      String path, Affine affine, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    ScaleShift by = Affines.scaleShift(path, affine, src.channels(), parameters, values, constants);
    Recorded layer = new Recorded(path);
    layer.forward(
        List.of(src), dst, to -> Elementwise.affine(to, by, Function.NONE, at.src(), at.dst()));
    Optional<Affine.Learned> learned =
        affine instanceof Affine.Learned l ? Optional.of(l) : Optional.empty();
    Optional<String> scale = learned.flatMap(Affine.Learned::scale).filter(this::trained);
    Optional<String> shift = learned.flatMap(Affine.Learned::shift).filter(this::trained);
    scale.ifPresent(name -> sums(layer, SumsOf.PRODUCTS, at.dDst(), at.src(), name));
    shift.ifPresent(name -> sums(layer, SumsOf.VALUES, at.dDst(), at.dDst(), name));
    if (at.needed()) {
      boolean scaled =
          affine instanceof Affine.Constant || learned.flatMap(Affine.Learned::scale).isPresent();
      layer.backward(
          List.of(dDst),
          List.of(at.dSrc()),
          to -> {
            if (scaled) {
              Norms.affineBackward(to, by, at.dDst(), false, at.dDst(), at.dSrc(), at.accumulate());
            } else {
              Elementwise.add(to, at.dDst(), 1, at.dSrc(), at.accumulate());
            }
          });
    }
    follow(at.dst(), at.needed() || scale.isPresent() || shift.isPresent());
    return layer;
  }

  private void sums(Recorded layer, SumsOf of, CudaTensor gradient, CudaTensor other, String name) {
    Place sums = weights.gradientOf(name);
    layer.backward(
        List.of(gradient, other),
        List.of(),
        to -> Elementwise.channelSums(to, of, gradient, other, sums));
  }

  @Override
  public Layer prelu(String path, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    boolean shared = BindChecks.sharedSlope(parameters, path, src.channels());
    Place slopes = values.of(path + ".weight");
    Recorded layer = new Recorded(path);
    layer.forward(
        List.of(src), dst, to -> Elementwise.prelu(to, slopes, shared, at.src(), at.dst()));
    boolean trained = trained(path);
    if (trained && !shared) {
      sums(layer, SumsOf.PRODUCTS_WHERE_NEGATIVE, at.dDst(), at.src(), path + ".weight");
    } else if (trained) {
      Place result = weights.gradientOf(path + ".weight");
      Place sums = emitter.arena().reserve("sums", (long) src.channels() * Float.BYTES);
      layer.backward(
          List.of(dDst, src),
          List.of(),
          to -> {
            Elementwise.channelSums(to, SumsOf.PRODUCTS_WHERE_NEGATIVE, at.dDst(), at.src(), sums);
            Elementwise.total(to, sums, result, at.src().channels());
          });
    }
    if (at.needed()) {
      layer.backward(
          List.of(dDst, src),
          List.of(at.dSrc()),
          to ->
              Elementwise.preluBackward(
                  to, slopes, shared, at.src(), at.dDst(), at.dSrc(), at.accumulate()));
    }
    follow(at.dst(), at.needed() || trained);
    return layer;
  }

  @Override
  public Layer layerNorm(
      String path, LayerNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    Ends at = same(path, src, dst, dDst, dSrc);
    ScaleShift by = learned(path, norm.affine(), src.channels());
    return sets(at, Norms.Sets.ofPixels(at.src(), norm.eps(), by), norm.affine());
  }

  @Override
  public Layer groupNorm(
      String path, GroupNorm norm, Tensor src, Tensor dst, Tensor dDst, Gradient dSrc) {
    BindChecks.groups(path, norm.groups(), src);
    Ends at = same(path, src, dst, dDst, dSrc);
    ScaleShift by = learned(path, norm.affine(), src.channels());
    return sets(at, Norms.Sets.ofGroups(at.src(), norm.groups(), norm.eps(), by), norm.affine());
  }

  private ScaleShift learned(String path, boolean affine, int channels) {
    return affine ? Affines.weightAndBias(path, channels, parameters, values) : ScaleShift.NONE;
  }

  private Layer sets(Ends at, Norms.Sets described, boolean affine) {
    Norms.Sets sets = described.keeping(emitter.arena());
    boolean trained = affine && trained(at.path());
    Recorded layer = new Recorded(at.path());
    layer.forward(List.of(at.src()), at.dst(), to -> Norms.group(to, sets, at.src(), at.dst()));
    if (trained) {
      Place dGamma = weights.gradientOf(at.path() + ".weight");
      Place dBeta = weights.gradientOf(at.path() + ".bias");
      layer.backward(
          List.of(at.dDst(), at.src()),
          List.of(),
          to -> Norms.groupSums(to, sets, at.src(), at.dDst(), dGamma, dBeta));
    }
    if (at.needed()) {
      layer.backward(
          List.of(at.dDst(), at.src()),
          List.of(at.dSrc()),
          to -> Norms.groupBackward(to, sets, at.src(), at.dDst(), at.dSrc(), at.accumulate()));
    }
    follow(at.dst(), at.needed() || trained);
    return layer;
  }
}
