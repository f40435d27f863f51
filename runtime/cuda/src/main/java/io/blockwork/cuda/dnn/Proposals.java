package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.Cudnn;
import io.blockwork.cuda.driver.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What cuDNN proposes for a problem, the best first by its own estimate. Used by whoever holds the
 * device's lock.
 */
final class Proposals implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);

  /** Proposals to look at: engines that the numerics forbid stand among the first. */
  private static final int MOST = 40;

  /** Whom cuDNN asks: its heuristics by the names they have there. */
  enum Mode {
    A(Constants.HEUR_MODE_A),
    B(Constants.HEUR_MODE_B),
    FALLBACK(Constants.HEUR_MODE_FALLBACK);

    private final int number;

    Mode(int number) {
      this.number = number;
    }

    static Optional<Mode> of(String name) {
      return Arrays.stream(values()).filter(mode -> mode.name().equals(name)).findFirst();
    }
  }

  /**
   * How cuDNN is asked.
   *
   * @param mode whom it asks
   * @param residualFirst whether a residual is added before the bias: the engines that are compiled
   *     beforehand know that order, others the other
   */
  record Way(Mode mode, boolean residualFirst) {
    /** The ways that differ for a problem. */
    static List<Way> of(ConvolutionProblem problem, Mode... modes) {
      boolean bothOrders = problem.epilogue().hasResidual() && problem.epilogue().bias();
      List<Way> ways = new ArrayList<>();
      for (Mode mode : modes) {
        ways.add(new Way(mode, true));
        if (bothOrders) {
          ways.add(new Way(mode, false));
        }
      }
      return ways;
    }
  }

  private final Device device;
  private final ConvolutionProblem problem;
  private final boolean deterministic;
  private final OperationGraph graph;
  private final List<Descriptor> proposals;
  private boolean kept;

  private Proposals(
      Device device,
      ConvolutionProblem problem,
      boolean deterministic,
      OperationGraph graph,
      List<Descriptor> proposals) {
    this.device = device;
    this.problem = problem;
    this.deterministic = deterministic;
    this.graph = graph;
    this.proposals = proposals;
  }

  /**
   * Asks cuDNN.
   *
   * @param deterministic whether equal inputs have to give equal bits
   * @return empty if cuDNN does not take the problem in this way
   */
  static Optional<Proposals> of(
      Device device, ConvolutionProblem problem, boolean deterministic, Way way) {
    Cudnn cudnn = device.libraries().cudnn();
    OperationGraph graph;
    try {
      graph = new OperationGraph(cudnn, device.cudnnHandle(), problem, way.residualFirst());
    } catch (CudaException e) {
      return refused(problem, e);
    }
    List<Descriptor> made = new ArrayList<>();
    boolean done = false;
    try (Descriptor heuristics = new Descriptor(cudnn, Constants.ENGINEHEUR_DESCRIPTOR)) {
      heuristics
          .parts(Constants.ENGINEHEUR_OPERATION_GRAPH, graph.graph())
          .choice(Constants.ENGINEHEUR_MODE, Constants.TYPE_HEUR_MODE, way.mode().number)
          .done();
      int count = (int) Math.min(MOST, heuristics.count(Constants.ENGINEHEUR_RESULTS));
      for (int i = 0; i < count; i++) {
        made.add(new Descriptor(cudnn, Constants.ENGINECFG_DESCRIPTOR));
      }
      int filled =
          count == 0
              ? 0
              : heuristics.fill(Constants.ENGINEHEUR_RESULTS, made.toArray(Descriptor[]::new));
      made.subList(filled, count).forEach(Descriptor::close);
      made.subList(filled, count).clear();
      var found = new Proposals(device, problem, deterministic, graph, made);
      done = true;
      return Optional.of(found);
    } catch (CudaException e) {
      return refused(problem, e);
    } finally {
      if (!done) {
        made.forEach(Descriptor::close);
        graph.close();
      }
    }
  }

  private static <T> Optional<T> refused(ConvolutionProblem problem, CudaException e) {
    if (!e.refusal()) {
      throw e;
    }
    LOG.debug("{}: {}", problem, e.getMessage());
    return Optional.empty();
  }

  /** How many there are. */
  int count() {
    return proposals.size();
  }

  /**
   * Makes a plan of a proposal, which is closed or {@link #keep kept} before these are closed.
   *
   * @return empty if the numerics forbid it, or cuDNN refuses it after all
   */
  Optional<CudnnConvolution> plan(int index) {
    Cudnn cudnn = device.libraries().cudnn();
    Descriptor proposal = proposals.get(index);
    long engine;
    try (Descriptor chosen = new Descriptor(cudnn, Constants.ENGINE_DESCRIPTOR)) {
      proposal.fill(Constants.ENGINECFG_ENGINE, chosen);
      int[] notes = chosen.choices(Constants.ENGINE_NUMERICAL_NOTE, Constants.TYPE_NUMERICAL_NOTE);
      if (forbidden().stream().anyMatch(n -> contains(notes, n))) {
        return Optional.empty();
      }
      engine = chosen.number(Constants.ENGINE_GLOBAL_INDEX);
    } catch (CudaException e) {
      return refused(problem, e);
    }
    Descriptor plan = new Descriptor(cudnn, Constants.EXECUTION_PLAN_DESCRIPTOR);
    boolean made = false;
    try {
      plan.longs(Constants.EXECUTION_PLAN_HANDLE, Constants.TYPE_HANDLE, device.cudnnHandle())
          .parts(Constants.EXECUTION_PLAN_ENGINE_CONFIG, proposal)
          .done();
      long workspace = plan.number(Constants.EXECUTION_PLAN_WORKSPACE_SIZE);
      made = true;
      return Optional.of(new CudnnConvolution(device, problem, plan, workspace, engine));
    } catch (CudaException e) {
      return refused(problem, e);
    } finally {
      if (!made) {
        plan.close();
      }
    }
  }

  private List<Integer> forbidden() {
    List<Integer> all = new ArrayList<>();
    if (problem.numerics() == Numerics.FLOAT) {
      all.add(Constants.NOTE_TENSOR_CORE);
      all.add(Constants.NOTE_DOWN_CONVERT_INPUTS);
    }
    if (deterministic) {
      all.add(Constants.NOTE_NONDETERMINISTIC);
    }
    return all;
  }

  private static boolean contains(int[] notes, int note) {
    return Arrays.stream(notes).anyMatch(n -> n == note);
  }

  /** Keeps what a plan was made of, which lives as long as the plan. */
  CudnnConvolution keep(CudnnConvolution plan) {
    kept = true;
    return plan;
  }

  /** Gives the proposals back, unless one of their plans is kept. */
  @Override
  public void close() {
    if (!kept) {
      proposals.forEach(Descriptor::close);
      graph.close();
    }
  }
}
