package io.blockwork.cuda;

import io.blockwork.cuda.KernelModules.Source;
import io.blockwork.cuda.dnn.ConvolutionProblem;
import io.blockwork.cuda.dnn.CudnnConvolution;
import io.blockwork.cuda.dnn.CudnnConvolutions;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.KernelModule.Grid;
import io.blockwork.cuda.driver.Stream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns operations into launches: of kernels of our own, with their grids, and of what cuDNN has
 * chosen.
 */
final class Emitter {
  private static final Logger LOG = LoggerFactory.getLogger(Emitter.class);
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** Blocks of our own kernels for each multiprocessor: enough to keep its memory busy. */
  private static final int BLOCKS = 8;

  /**
   * Blocks of kernels that fill the registers: as many as run at a time ({@code common.cu}), since
   * a last wave of fewer would leave multiprocessors idle.
   */
  private static final int BLOCKS_AT_A_TIME = 3;

  /** Pixels that a thread should have before there are more threads. */
  private static final int PIXELS_A_THREAD = 4;

  /**
   * One launch.
   *
   * @param path of the layer
   * @param what the kernel
   * @param bytes of the tensors that a kernel of our own reads and writes; 0 where nobody counts
   * @param run puts it on a stream
   */
  record Launch(String path, String what, long bytes, Consumer<Stream> run) {}

  private final Device device;
  private final KernelModules kernels;
  private final CudnnConvolutions plans;
  private final CudaTensor.Form form;
  private final Arena arena;
  private final Arena.Storage workspace;
  private final Arena.Storage parts;
  private final Arena.Storage counters;
  private final Map<Role, Arena.Storage> temporaries = new EnumMap<>(Role.class);
  private final List<Launch> launches = new ArrayList<>();
  private String path = "";

  /**
   * No launches yet.
   *
   * @param arena receives what kernels need to work in
   */
  Emitter(
      Device device,
      KernelModules kernels,
      CudnnConvolutions plans,
      CudaTensor.Form form,
      Arena arena) {
    this.device = device;
    this.kernels = kernels;
    this.plans = plans;
    this.form = form;
    this.arena = arena;
    this.workspace = arena.reserve("workspace");
    this.parts = arena.reserve("parts of sums");
    this.counters = arena.reserve("counters");
    for (Role role : Role.values()) {
      temporaries.put(role, arena.reserve("temporary " + role));
    }
  }

  /** The launches since the last call. */
  List<Launch> take() {
    List<Launch> taken = List.copyOf(launches);
    launches.clear();
    return taken;
  }

  /** Says whose launches come next. */
  Emitter at(String layer) {
    path = layer;
    return this;
  }

  CudaTensor.Form form() {
    return form;
  }

  Numerics numerics() {
    return form.numerics();
  }

  Arena arena() {
    return arena;
  }

  /** What a temporary tensor stands for. */
  enum Role {
    INPUT,
    OUTPUT,
    GRADIENT,
    /** What is to be added to a gradient: it may be read some operations later. */
    SUMMAND
  }

  /** A dense tensor for within a layer: the next layer's of that role has the same memory. */
  CudaTensor temporary(Role role, int channels, int height, int width) {
    Arena.Storage storage = Objects.requireNonNull(temporaries.get(role));
    return CudaTensor.whole(storage, form, channels, height, width);
  }

  void add(String what, Consumer<Stream> run) {
    add(what, 0, run);
  }

  private void add(String what, long bytes, Consumer<Stream> run) {
    launches.add(new Launch(path, what, bytes, run));
  }

  /** Makes the memory of a tensor or an array zero. */
  void clear(Place place, long bytes) {
    add("clear", stream -> stream.clear(place.address(), bytes));
  }

  private static Object[] resolve(Object... arguments) {
    Object[] resolved = arguments.clone();
    for (int i = 0; i < resolved.length; i++) {
      if (resolved[i] instanceof Place place) {
        resolved[i] = place.address();
      } else if (resolved[i] instanceof Boolean truth) {
        resolved[i] = truth ? 1 : 0;
      }
    }
    return resolved;
  }

  private void launch(Source source, String kernel, Grid grid, Object... arguments) {
    launch(source, kernel, 0, grid, arguments);
  }

  private void launch(Source source, String kernel, long bytes, Grid grid, Object... arguments) {
    // Compiled now, so that a mistake in it is told with the layer's name.
    var module = kernels.of(source);
    add(kernel, bytes, stream -> module.launch(stream, kernel, grid, resolve(arguments)));
  }

  private long bytes(List<CudaTensor> tensors) {
    return tensors.stream().mapToLong(t -> t.pixels() * (long) t.channels()).sum()
        * numerics().bytes();
  }

  /** A kernel of one thread, or a few, for each of so many values. */
  void each(Source source, String kernel, long values, Object... arguments) {
    long most = (long) device.multiprocessors() * BLOCKS;
    int blocks = (int) Math.max(1, Math.min((values + THREADS - 1) / THREADS, most));
    launch(source, kernel, new Grid(blocks, 1, THREADS, 1), arguments);
  }

  /** A kernel with a block for each of so many things. */
  void blocks(Source source, String kernel, long blocks, int threads, Object... arguments) {
    launch(source, kernel, new Grid(Math.toIntExact(blocks), 1, threads, 1), arguments);
  }

  /** A kernel with its own grid. */
  void grid(Source source, String kernel, Grid grid, Object... arguments) {
    launch(source, kernel, grid, arguments);
  }

  /** The channels that a kernel on these tensors takes at a time. */
  int width(List<CudaTensor> tensors) {
    return tensors.stream().allMatch(CudaTensor::isAligned) ? numerics().alignment() : 1;
  }

  private static String named(String kernel, int width) {
    return kernel + (width == 1 ? "_one" : "_wide");
  }

  private Grid channels(int channels, long rows, int width, int perMultiprocessor) {
    int groups = (channels + width - 1) / width;
    int x = Math.min(groups, WARP);
    int y = THREADS / x;
    int gridX = (groups + x - 1) / x;
    long most = Math.max(1, (long) device.multiprocessors() * perMultiprocessor / gridX);
    long rowsOfBlock = (long) y * PIXELS_A_THREAD;
    int gridY = (int) Math.max(1, Math.min((rows + rowsOfBlock - 1) / rowsOfBlock, most));
    return new Grid(gridX, gridY, x, y);
  }

  /**
   * A kernel that goes through the channels of all pixels.
   *
   * @param pixels pixels of all images
   * @param tensors what it reads and writes, each as often as it does: whether all of them allow 16
   *     bytes at a time
   */
  void pixels(
      Source source,
      String kernel,
      int channels,
      long pixels,
      List<CudaTensor> tensors,
      Object... arguments) {
    pixels(source, kernel, channels, pixels, BLOCKS, tensors, arguments);
  }

  /** The same for a kernel that fills the registers. */
  void pixelsAtOnce(
      Source source,
      String kernel,
      int channels,
      long pixels,
      List<CudaTensor> tensors,
      Object... arguments) {
    pixels(source, kernel, channels, pixels, BLOCKS_AT_A_TIME, tensors, arguments);
  }

  private void pixels(
      Source source,
      String kernel,
      int channels,
      long pixels,
      int perMultiprocessor,
      List<CudaTensor> tensors,
      Object... arguments) {
    int width = width(tensors);
    Grid grid = channels(channels, pixels, width, perMultiprocessor);
    launch(source, named(kernel, width), bytes(tensors), grid, arguments);
  }

  /**
   * Like {@link #pixels}, for a kernel that sums over them: it takes memory for its parts and its
   * counters as its last arguments.
   *
   * @param sums for each channel
   */
  void sums(
      Source source,
      String kernel,
      int channels,
      long pixels,
      int sums,
      List<CudaTensor> tensors,
      Object... arguments) {
    int width = width(tensors);
    Grid grid = channels(channels, pixels, width, BLOCKS_AT_A_TIME);
    long columns = (long) grid.gridX() * grid.blockX() * width;
    parts.atLeast(columns * grid.gridY() * sums * Float.BYTES);
    counters.atLeast((long) grid.gridX() * Integer.BYTES);
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = parts;
    all[arguments.length + 1] = counters;
    launch(source, named(kernel, width), bytes(tensors), grid, all);
  }

  /** A kernel with a row of blocks for each image, each block for a few channels. */
  void images(
      Source source, String kernel, int channels, List<CudaTensor> tensors, Object... arguments) {
    int width = width(tensors);
    Grid one = channels(channels, 1, width, 1);
    Grid grid = new Grid(one.gridX(), form.batch(), one.blockX(), one.blockY());
    launch(source, named(kernel, width), bytes(tensors), grid, arguments);
  }

  /** cuDNN's plan for a problem, if it has one. */
  Optional<CudnnConvolution> plan(ConvolutionProblem problem) {
    Optional<CudnnConvolution> plan = plans.find(problem);
    plan.ifPresent(p -> workspace.atLeast(p.workspace()));
    return plan;
  }

  /** Says that a plain kernel of our own serves where cuDNN would be expected to have one. */
  void warnOfPlainKernel(ConvolutionProblem problem) {
    if (problem.groups() == 1) {
      LOG.warn(
          "{}: cuDNN has no engine for this convolution, a slow kernel serves: {}", path, problem);
    }
  }

  /** Runs a plan. */
  void run(
      CudnnConvolution plan, Place input, Place weight, Place output, Place bias, Place residual) {
    add(
        "cuDNN engine " + plan.engine(),
        stream ->
            plan.run(
                new CudnnConvolution.Addresses(
                    input.address(),
                    weight.address(),
                    output.address(),
                    bias.address(),
                    residual.address()),
                workspace.address()));
  }
}
