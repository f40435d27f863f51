package io.blockwork.engine.winograd;

import io.blockwork.engine.winograd.LayerCode.Ending;
import io.blockwork.engine.winograd.WeightsCode.Form;
import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * A 3x3 convolution of stride 1, bound to memory: its code, and for every tile the addresses of the
 * pixels that it reads and writes. Pixels outside the images are read from zeros and written to a
 * place that nobody reads.
 *
 * <p>Used by one thread at a time; the code itself runs on OpenMP's threads.
 */
public final class WinogradConvolution implements AutoCloseable {
  /**
   * The convolution.
   *
   * @param tile the tile
   * @param batch images
   * @param in input channels, at least 16
   * @param out output channels, at least 16
   * @param inputHeight rows of the images
   * @param inputWidth columns of the images
   * @param height rows of the output
   * @param width columns of the output
   * @param top rows of zeros above
   * @param left columns of zeros before
   * @param sum whether the output is added to what is in the target; then {@code out} is a multiple
   *     of 16
   * @param clip what is done with the output at last
   * @param turned whether the kernel is turned by 180 degrees, as the gradient of an input needs it
   */
  public record Problem(
      Tile tile,
      int batch,
      int in,
      int out,
      int inputHeight,
      int inputWidth,
      int height,
      int width,
      int top,
      int left,
      boolean sum,
      Clip clip,
      boolean turned) {

    int tilesDown() {
      return (height + tile.outputs() - 1) / tile.outputs();
    }

    int tilesAcross() {
      return (width + tile.outputs() - 1) / tile.outputs();
    }

    int tiles() {
      return batch * tilesDown() * tilesAcross();
    }
  }

  /** What is done with the output at last. */
  public enum Clip {
    /** Nothing. */
    NONE(Ending.NOTHING),
    /** {@code max(0, x)}. */
    RELU(Ending.RELU),
    /** {@code min(max(0, x), 6)}. */
    RELU6(Ending.RELU6);

    private final Ending ending;

    Clip(Ending ending) {
      this.ending = ending;
    }
  }

  private final Problem problem;
  private final Work work;
  private final LayerCode.Form form;
  private final OpenMpRegion region;
  private final int threads;
  private final CodeMemory code;
  private final NativeBlock memory;
  private final Layout layout;

  private WinogradConvolution(
      Problem problem,
      Work work,
      LayerCode.Form form,
      OpenMpRegion region,
      int threads,
      CodeMemory code,
      NativeBlock memory,
      Layout layout) {
    this.problem = problem;
    this.work = work;
    this.form = form;
    this.region = region;
    this.threads = threads;
    this.code = code;
    this.memory = memory;
    this.layout = layout;
  }

  /**
   * Binds a convolution.
   *
   * @param problem its sizes
   * @param vectors the instructions to use, which the processor must have
   * @param threads threads that will run it
   * @param source where the images lie
   * @param target where the output goes
   * @return the convolution, or nothing if code cannot be made executable here
   */
  public static Optional<WinogradConvolution> bind(
      Problem problem, VectorSet vectors, int threads, Pixels source, Pixels target) {
    return OpenMpRegion.find()
        .flatMap(region -> bind(problem, vectors, threads, source, target, region));
  }

  private static Optional<WinogradConvolution> bind(
      Problem problem,
      VectorSet vectors,
      int threads,
      Pixels source,
      Pixels target,
      OpenMpRegion region) {
    Work work = Work.of(problem, vectors, threads);
    var form =
        new LayerCode.Form(
            vectors,
            problem.tile(),
            problem.in(),
            problem.out() / work.parts(),
            work.parts(),
            work.tiles(),
            source.step(),
            target.step(),
            problem.sum(),
            problem.clip().ending);
    var loop = WorkerLoop.of(work.parts() * work.columns(), region);
    Optional<CodeMemory> code = CodeMemory.of(LayerCode.of(form, loop));
    if (code.isEmpty() || !isTrusted(form, weights(problem, vectors), loop, code.get())) {
      return Optional.empty();
    }
    var layout = new Layout(problem, work, form, source, target);
    NativeBlock memory = NativeBlock.allocate(layout.bytes);
    return Optional.of(
        new WinogradConvolution(problem, work, form, region, threads, code.get(), memory, layout));
  }

  /** Whether the code is right, which is found out once; if not it is given back. */
  private static boolean isTrusted(
      LayerCode.Form form, Form weights, WorkerLoop loop, CodeMemory code) {
    boolean trusted = LayerCheck.passes(form, weights, loop.workers(), code);
    if (!trusted) {
      code.close();
      LoggerFactory.getLogger(WinogradConvolution.class)
          .warn(
              "code for a Winograd convolution computes wrong values on this machine, so the layer"
                  + " is computed directly; please report this: {}",
              form);
    }
    return trusted;
  }

  private static Form weights(Problem problem, VectorSet vectors) {
    return new Form(vectors, problem.tile(), problem.in(), problem.out(), problem.turned());
  }

  /** The form of the weights that this wants. */
  public WinogradWeights.Layout weights() {
    return new WinogradWeights.Layout(weights(problem, form.vectors()));
  }

  /** Bytes of zeros that this reads. */
  public long zeroBytes() {
    return layout.zeroBytes;
  }

  /** Bytes that this writes while it runs, and that others may use before and after. */
  public long scratchBytes() {
    return layout.allScratch;
  }

  /**
   * Says where the memory is that convolutions which run one after another share: it stays in the
   * cache from one to the next.
   *
   * @param zeros address of {@link #zeroBytes} bytes of zeros
   * @param scratch address of {@link #scratchBytes} bytes, on a cache line
   */
  public void share(long zeros, long scratch) {
    layout.fill(memory.address(), zeros, scratch);
  }

  /**
   * Says where weights and bias lie, after {@link #share}.
   *
   * @param weights address of the transformed weights, in the form of {@link #weights}
   * @param bias address of one float for each output channel
   */
  public void use(long weights, long bias) {
    LongBuffer words =
        NativeValues.bytes(memory.address(), (long) workers() * WorkerLoop.ARGUMENTS * Long.BYTES)
            .asLongBuffer();
    for (int worker = 0; worker < workers(); worker++) {
      int first = worker * WorkerLoop.ARGUMENTS;
      int p = worker % work.parts();
      words.put(first + LayerCode.WEIGHTS, weights + (long) p * form.pointBytes());
      words.put(first + LayerCode.BIAS, bias + (long) p * form.out() * Float.BYTES);
    }
  }

  private int workers() {
    return work.parts() * work.columns();
  }

  /** Computes the output. */
  public void run() {
    region.run(function(), arguments(), threads);
  }

  /** The address of the code. */
  long function() {
    return code.address();
  }

  /** The address that the code wants as its argument. */
  long arguments() {
    return memory.address();
  }

  /** Bytes of native memory of its own, without the weights. */
  public long bytes() {
    return memory.bytes();
  }

  /** Gives code and memory back. It must not be running. */
  @Override
  public void close() {
    code.close();
    memory.close();
  }

  /** Where things lie in the convolution's own memory, and the addresses that are written there. */
  private static final class Layout {
    private static final long LINE = 64;

    private final Problem problem;
    private final Work work;
    private final LayerCode.Form form;
    private final Pixels source;
    private final Pixels target;
    private final long sources;
    private final long targets;
    private final long zeroBytes;
    private final long dumpBytes;
    private final long allScratch;
    private final long transformedBytes;
    private final long productBytes;
    private final long scratchBytes;
    private final long bytes;
    private long end;

    Layout(Problem problem, Work work, LayerCode.Form form, Pixels source, Pixels target) {
      this.problem = problem;
      this.work = work;
      this.form = form;
      this.source = source;
      this.target = target;
      int points = problem.tile().points();
      int outputs = problem.tile().outputs();
      long tiles = (long) work.groups() * work.tiles();
      int workers = work.parts() * work.columns();
      take((long) workers * WorkerLoop.ARGUMENTS * Long.BYTES);
      sources = take(tiles * points * Long.BYTES);
      targets = take(tiles * outputs * outputs * Long.BYTES * work.parts());
      bytes = end;
      zeroBytes = source.span(problem.in());
      dumpBytes = line(target.span(form.out()));
      transformedBytes = (long) points * work.tiles() * form.sourceRow();
      productBytes = (long) points * work.tiles() * form.targetRow();
      scratchBytes = transformedBytes + productBytes + line((long) points * form.vectors().bytes());
      allScratch = dumpBytes + scratchBytes * workers;
    }

    private static long line(long size) {
      return (size + LINE - 1) / LINE * LINE;
    }

    private long take(long size) {
      long at = end;
      end += line(size);
      return at;
    }

    void fill(long base, long zeros, long scratch) {
      LongBuffer words = longs(base + sources, (long) form.tile().points() * allTiles());
      for (int tile = 0; tile < allTiles(); tile++) {
        addresses(words, tile, problem.tile().inputs(), true, source, zeros);
      }
      for (int part = 0; part < work.parts(); part++) {
        LongBuffer places =
            longs(base + targets + part * targetBytes(), targetBytes() / Long.BYTES);
        Pixels own = target.from(part * form.out());
        for (int tile = 0; tile < allTiles(); tile++) {
          addresses(places, tile, problem.tile().outputs(), false, own, scratch);
        }
      }
      arguments(base, scratch + dumpBytes);
    }

    private static LongBuffer longs(long address, long count) {
      ByteBuffer bytes = NativeValues.bytes(address, count * Long.BYTES);
      return bytes.asLongBuffer();
    }

    private int allTiles() {
      return work.groups() * work.tiles();
    }

    private long targetBytes() {
      int outputs = problem.tile().outputs();
      return (long) allTiles() * outputs * outputs * Long.BYTES;
    }

    private void addresses(
        LongBuffer words, int tile, int side, boolean input, Pixels pixels, long elsewhere) {
      int perImage = problem.tilesDown() * problem.tilesAcross();
      int image = tile / perImage;
      int first = tile % perImage;
      int row = first / problem.tilesAcross() * problem.tile().outputs();
      int column = first % problem.tilesAcross() * problem.tile().outputs();
      int height = input ? problem.inputHeight() : problem.height();
      int width = input ? problem.inputWidth() : problem.width();
      for (int r = 0; r < side; r++) {
        for (int c = 0; c < side; c++) {
          int y = row + r - (input ? problem.top() : 0);
          int x = column + c - (input ? problem.left() : 0);
          boolean inside = image < problem.batch() && y >= 0 && y < height && x >= 0 && x < width;
          words.put(inside ? pixels.at(image, y, x) : elsewhere);
        }
      }
    }

    private void arguments(long base, long scratch) {
      int points = problem.tile().points();
      int outputs = problem.tile().outputs();
      int workers = work.parts() * work.columns();
      LongBuffer words = longs(base, (long) workers * WorkerLoop.ARGUMENTS);
      for (int worker = 0; worker < workers; worker++) {
        int part = worker % work.parts();
        int column = worker / work.parts();
        long from = (long) work.groups() * column / work.columns();
        long to = (long) work.groups() * (column + 1) / work.columns();
        long own = scratch + worker * scratchBytes;
        int first = worker * WorkerLoop.ARGUMENTS;
        words.put(
            first + LayerCode.SOURCES, base + sources + from * work.tiles() * points * Long.BYTES);
        words.put(first + LayerCode.GROUPS, to - from);
        words.put(first + LayerCode.TRANSFORMED, own);
        words.put(first + LayerCode.PRODUCTS, own + transformedBytes);
        words.put(first + LayerCode.SPILL, own + transformedBytes + productBytes);
        words.put(
            first + LayerCode.TARGETS,
            base
                + targets
                + part * targetBytes()
                + from * work.tiles() * outputs * outputs * Long.BYTES);
      }
    }
  }
}
