package io.blockwork.cuda;

import io.blockwork.cuda.DeviceConvolution.Weights;
import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.driver.KernelModule.Grid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a training pass in the kernels' order, which each forward pass makes anew of the
 * parameters on the device, and their gradients, which each backward pass brings into the
 * parameters' order.
 */
final class TrainingWeights {
  private static final int THREADS = 256;
  private static final int BLOCKS_A_LAYER = 64;
  private static final int MOST_ROWS = 65535;
  private static final int LINE = 64;

  private record Row(
      int out, int in, int height, int width, int outs, int ins, long from, long at) {
    List<Long> numbers() {
      return List.of(
          (long) out, (long) in, (long) height, (long) width, (long) outs, (long) ins, from, at);
    }
  }

  private final CudaTensor.Form form;
  private final DeviceParameters parameters;
  private final Arena.Storage packed;
  private final Arena.Storage packedGradients;
  private final Place gradients;
  private final Map<String, Row> rows = new HashMap<>();
  private final List<Row> order = new ArrayList<>();
  private final List<Row> trained = new ArrayList<>();
  private long values;

  TrainingWeights(Arena arena, CudaTensor.Form form, DeviceParameters parameters) {
    this.form = form;
    this.parameters = parameters;
    this.packed = arena.reserve("weights");
    this.packedGradients = arena.reserve("gradients of weights");
    this.gradients = parameters.gradients();
  }

  private long bytes(long count) {
    return count * form.numerics().bytes();
  }

  private Row row(String name, int out, int in, int height, int width, int outs, int ins) {
    Row known = rows.get(name);
    if (known != null) {
      return known;
    }
    Row row =
        new Row(out, in, height, width, outs, ins, parameters.offset(name) / Float.BYTES, values);
    values += CudaTensor.roundUp(Math.multiplyExact(outs * ins, height * width), LINE);
    packed.atLeast(bytes(values));
    packedGradients.atLeast(bytes(values));
    rows.put(name, row);
    order.add(row);
    return row;
  }

  private Row weight(String path, DeviceConvolution shape) {
    int alignment = form.numerics().alignment();
    return row(
        path + ".weight",
        shape.conv().out(),
        shape.conv().in() / shape.conv().groups(),
        shape.conv().kernelHeight(),
        shape.conv().kernelWidth(),
        shape.packedOut(alignment),
        shape.packedIn(alignment));
  }

  /** Weight, and bias if there is one, of a convolution or a linear layer. */
  Weights of(String path, DeviceConvolution shape, boolean bias) {
    Place weight = packed.plus(bytes(weight(path, shape).at()));
    if (!bias) {
      return new Weights(weight, Place.NONE, Place.NONE);
    }
    int out = shape.conv().out();
    int outs = shape.packedOut(form.numerics().alignment());
    Row row = row(path + ".bias", out, 1, 1, 1, outs, 1);
    return new Weights(weight, packed.plus(bytes(row.at())), parameters.of(path + ".bias"));
  }

  /** Where the gradient of the weight goes, packed as the weight is. */
  Place gradientOf(String path, DeviceConvolution shape) {
    Row row = weight(path, shape);
    if (!trained.contains(row)) {
      trained.add(row);
    }
    return packedGradients.plus(bytes(row.at()));
  }

  /** Where the gradient of a parameter goes which is not packed. */
  Place gradientOf(String name) {
    return gradients.plus(parameters.offset(name));
  }

  /** Packs all weights. */
  void pack(Emitter to, Constants constants) {
    if (!order.isEmpty()) {
      Place table = table(constants, order);
      to.grid(
          Source.CONVOLUTIONS,
          "pack_all",
          grid(order.size()),
          parameters.learnable(),
          packed,
          table,
          order.size());
    }
  }

  /** Unpacks the gradients of all weights. */
  void unpack(Emitter to, Constants constants) {
    if (!trained.isEmpty()) {
      Place table = table(constants, trained);
      to.grid(
          Source.CONVOLUTIONS,
          "unpack_all",
          grid(trained.size()),
          packedGradients,
          gradients,
          table,
          trained.size());
    }
  }

  private static Place table(Constants constants, List<Row> rows) {
    return constants.longs(rows.stream().flatMap(r -> r.numbers().stream()).toList());
  }

  private static Grid grid(int layers) {
    return new Grid(BLOCKS_A_LAYER, Math.min(layers, MOST_ROWS), THREADS, 1);
  }
}
