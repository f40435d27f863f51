package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.DeviceMemory;
import io.blockwork.cuda.driver.RecordedGraph;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.cuda.driver.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Times cuDNN's plans for a problem, on memory of its own. It takes about a second at most for a
 * problem, and begins with those that cuDNN takes for the best.
 */
final class PlanMeasurement {
  /** Runs in a row, as in a network: the time that the host takes for a launch does not count. */
  private static final int ROW = 10;

  /** Rows that are timed, after one that is not. */
  private static final int ROWS = 3;

  /** What another plan has to save to be chosen: less may be noise. */
  private static final double WORTH_WHILE = 0.95;

  /** The first few are timed whatever it takes. */
  private static final int ALWAYS = 4;

  private static final long LIMIT = Duration.ofSeconds(1).toNanos();

  /** Where tensors begin: cuDNN and the card like whole lines. */
  private static final long LINE = 512;

  private final Device device;
  private final ConvolutionProblem problem;
  private final Stream stream;
  private final CudnnConvolution.Addresses addresses;

  private PlanMeasurement(
      Device device, ConvolutionProblem problem, Stream stream, long[] sizes, long begin) {
    this.device = device;
    this.problem = problem;
    this.stream = stream;
    long[] at = new long[sizes.length];
    long next = begin;
    for (int i = 0; i < sizes.length; i++) {
      at[i] = sizes[i] == 0 ? 0 : next;
      next += lines(sizes[i]);
    }
    this.addresses = new CudnnConvolution.Addresses(at[0], at[1], at[2], at[3], at[4]);
  }

  private static long lines(long bytes) {
    return (bytes + LINE - 1) / LINE * LINE;
  }

  /** Bytes of input, weight, output, bias and residual. */
  private static long[] sizes(ConvolutionProblem problem) {
    ConvolutionProblem.Window window = problem.window();
    ConvolutionProblem.Epilogue epilogue = problem.epilogue();
    long bytes = problem.numerics().bytes();
    long in = bytes * problem.images() * problem.height() * problem.width();
    long out = bytes * problem.images() * problem.outHeight() * problem.outWidth();
    long perOutput = (long) problem.in() / problem.groups() * window.height() * window.width();
    return new long[] {
      in * problem.inPitch(),
      bytes * problem.out() * perOutput,
      out * problem.outPitch(),
      epilogue.bias() ? bytes * problem.out() : 0,
      out * epilogue.residualPitch()
    };
  }

  /**
   * The fastest plan.
   *
   * @throws CudaException if the card's memory is not enough, or something breaks
   */
  static PlanChoice fastest(Device device, ConvolutionProblem problem) {
    long[] sizes = sizes(problem);
    long all = Arrays.stream(sizes).map(PlanMeasurement::lines).sum();
    try (Stream stream = device.newStream();
        DeviceMemory tensors = device.allocate(all)) {
      device.libraries().cudnn().cudnnSetStream(device.cudnnHandle(), stream.handle());
      return new PlanMeasurement(device, problem, stream, sizes, tensors.address()).fastest();
    }
  }

  private PlanChoice fastest() {
    long start = System.nanoTime();
    PlanChoice best = PlanChoice.FIRST;
    float least = Float.POSITIVE_INFINITY;
    int timed = 0;
    for (Proposals.Way way : Proposals.Way.of(problem, Proposals.Mode.A, Proposals.Mode.B)) {
      Optional<Proposals> asked = Proposals.of(device, problem, false, way);
      if (asked.isEmpty()) {
        continue;
      }
      try (Proposals proposals = asked.get()) {
        for (int i = 0; i < proposals.count(); i++) {
          if (timed >= ALWAYS && System.nanoTime() - start > LIMIT) {
            return best;
          }
          Optional<CudnnConvolution> plan = proposals.plan(i);
          if (plan.isPresent()) {
            float time = timeAndClose(plan.get());
            if (timed == 0) {
              least = (float) (time * WORTH_WHILE);
            } else if (time < least) {
              least = time;
              best = PlanChoice.of(way, i, plan.get());
            }
            timed++;
          }
        }
      }
    }
    return best;
  }

  /** Milliseconds of one row. */
  private float timeAndClose(CudnnConvolution made) {
    try (CudnnConvolution plan = made;
        DeviceMemory workspace = device.allocate(plan.workspace());
        Timer timer = new Timer(device, stream)) {
      // The first call loads code, which cannot be recorded.
      plan.run(addresses, workspace.address());
      stream.await();
      List<CudnnConvolution> row = Collections.nCopies(ROW, plan);
      try (RecordedGraph graph =
          stream.record(() -> row.forEach(p -> p.run(addresses, workspace.address())))) {
        graph.launch(stream);
        float shortest = Float.POSITIVE_INFINITY;
        for (int i = 0; i < ROWS; i++) {
          shortest = Math.min(shortest, timer.milliseconds(() -> graph.launch(stream)));
        }
        return shortest;
      } finally {
        stream.await();
      }
    } catch (CudaException e) {
      if (e.refusal() || e.outOfMemory()) {
        return Float.POSITIVE_INFINITY;
      }
      throw e;
    }
  }
}
