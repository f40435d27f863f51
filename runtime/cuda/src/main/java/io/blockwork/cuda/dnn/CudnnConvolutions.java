package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.Cudnn;
import io.blockwork.cuda.driver.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plans of one device: each problem is given to cuDNN once. Used by whoever holds the device's
 * lock.
 */
public final class CudnnConvolutions {
  private static final Logger LOG = LoggerFactory.getLogger(CudnnConvolutions.class);

  /** Proposals to look at: engines that the numerics forbid stand among the first. */
  private static final int MOST = 40;

  private final Device device;
  private final boolean deterministic;
  private final Map<ConvolutionProblem, Optional<CudnnConvolution>> known = new HashMap<>();

  /**
   * No plans yet.
   *
   * @param deterministic whether equal inputs have to give equal bits
   */
  public CudnnConvolutions(Device device, boolean deterministic) {
    this.device = device;
    this.deterministic = deterministic;
  }

  /** cuDNN's plan for the problem; empty if it has none. */
  public Optional<CudnnConvolution> find(ConvolutionProblem problem) {
    Optional<CudnnConvolution> plan = known.get(problem);
    if (plan == null) {
      plan = look(problem);
      LOG.debug("{}: {}", problem, plan.map(CudnnConvolution::engine).orElse("no engine"));
      known.put(problem, plan);
    }
    return plan;
  }

  private Optional<CudnnConvolution> look(ConvolutionProblem problem) {
    for (int mode : new int[] {Constants.HEUR_MODE_A, Constants.HEUR_MODE_FALLBACK}) {
      for (boolean residualFirst : new boolean[] {true, false}) {
        boolean bothOrders = problem.epilogue().hasResidual() && problem.epilogue().bias();
        if (residualFirst || bothOrders) {
          Optional<CudnnConvolution> plan = look(problem, mode, residualFirst);
          if (plan.isPresent()) {
            return plan;
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<CudnnConvolution> look(
      ConvolutionProblem problem, int mode, boolean residualFirst) {
    Cudnn cudnn = device.libraries().cudnn();
    OperationGraph graph;
    try {
      graph = new OperationGraph(cudnn, device.cudnnHandle(), problem, residualFirst);
    } catch (CudaException e) {
      return refused(problem, e);
    }
    boolean kept = false;
    try (Descriptor heuristics = new Descriptor(cudnn, Constants.ENGINEHEUR_DESCRIPTOR)) {
      heuristics
          .parts(Constants.ENGINEHEUR_OPERATION_GRAPH, graph.graph())
          .choice(Constants.ENGINEHEUR_MODE, Constants.TYPE_HEUR_MODE, mode)
          .done();
      int count = (int) Math.min(MOST, heuristics.count(Constants.ENGINEHEUR_RESULTS));
      Descriptor[] proposals = new Descriptor[count];
      try {
        for (int i = 0; i < count; i++) {
          proposals[i] = new Descriptor(cudnn, Constants.ENGINECFG_DESCRIPTOR);
        }
        int filled = count == 0 ? 0 : heuristics.fill(Constants.ENGINEHEUR_RESULTS, proposals);
        for (int i = 0; i < filled; i++) {
          Optional<CudnnConvolution> plan = plan(problem, proposals[i]);
          if (plan.isPresent()) {
            kept = true;
            return plan;
          }
        }
        return Optional.empty();
      } finally {
        // A plan holds what it needs of its proposal and its graph, except where it was made of
        // them.
        if (!kept) {
          closeAll(proposals);
        }
      }
    } catch (CudaException e) {
      return refused(problem, e);
    } finally {
      if (!kept) {
        graph.close();
      }
    }
  }

  private static void closeAll(Descriptor[] proposals) {
    for (Descriptor each : proposals) {
      if (each != null) {
        each.close();
      }
    }
  }

  private static Optional<CudnnConvolution> refused(ConvolutionProblem problem, CudaException e) {
    if (!e.refusal()) {
      throw e;
    }
    LOG.debug("{}: {}", problem, e.getMessage());
    return Optional.empty();
  }

  private Optional<CudnnConvolution> plan(ConvolutionProblem problem, Descriptor proposal) {
    Cudnn cudnn = device.libraries().cudnn();
    String engine;
    try (Descriptor chosen = new Descriptor(cudnn, Constants.ENGINE_DESCRIPTOR)) {
      proposal.fill(Constants.ENGINECFG_ENGINE, chosen);
      int[] notes = chosen.choices(Constants.ENGINE_NUMERICAL_NOTE, Constants.TYPE_NUMERICAL_NOTE);
      if (forbidden(problem.numerics()).stream().anyMatch(n -> contains(notes, n))) {
        return Optional.empty();
      }
      engine = "engine " + chosen.number(Constants.ENGINE_GLOBAL_INDEX);
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
      return Optional.of(new CudnnConvolution(device, problem, plan.handle(), workspace, engine));
    } catch (CudaException e) {
      return refused(problem, e);
    } finally {
      if (!made) {
        plan.close();
      }
    }
  }

  private List<Integer> forbidden(Numerics numerics) {
    List<Integer> exact =
        numerics == Numerics.FLOAT
            ? List.of(Constants.NOTE_TENSOR_CORE, Constants.NOTE_DOWN_CONVERT_INPUTS)
            : List.of();
    if (!deterministic) {
      return exact;
    }
    List<Integer> all = new ArrayList<>(exact);
    all.add(Constants.NOTE_NONDETERMINISTIC);
    return all;
  }

  private static boolean contains(int[] notes, int note) {
    return Arrays.stream(notes).anyMatch(n -> n == note);
  }
}
