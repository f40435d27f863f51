package io.blockwork.cuda.dnn;

import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.Device;
import io.blockwork.engine.Tuning;
import io.blockwork.io.SafeText;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plans of one device: each problem is given to cuDNN once. Used by whoever holds the device's
 * lock.
 */
public final class CudnnConvolutions {
  private static final Logger LOG = LoggerFactory.getLogger(CudnnConvolutions.class);

  private final Device device;
  private final boolean deterministic;
  private final Optional<Tuning> tuning;
  private final Map<ConvolutionProblem, Optional<CudnnConvolution>> known = new HashMap<>();

  /**
   * No plans yet.
   *
   * @param deterministic whether equal inputs have to give equal bits
   * @param tuning what is known of the fastest plans, and measured where nothing is; empty for what
   *     cuDNN takes for the best, as where {@code deterministic} is asked for
   */
  public CudnnConvolutions(Device device, boolean deterministic, Optional<Tuning> tuning) {
    this.device = device;
    this.deterministic = deterministic;
    this.tuning = deterministic ? Optional.empty() : tuning;
  }

  /** cuDNN's plan for the problem; empty if it has none. */
  public Optional<CudnnConvolution> find(ConvolutionProblem problem) {
    Optional<CudnnConvolution> plan = known.get(problem);
    if (plan == null) {
      plan = look(problem);
      LOG.debug("{}: {}", problem, plan.map(p -> "engine " + p.engine()).orElse("no engine"));
      known.put(problem, plan);
    }
    return plan;
  }

  private Optional<CudnnConvolution> look(ConvolutionProblem problem) {
    return tuning
        .flatMap(t -> measured(t, problem))
        .flatMap(PlanChoice::proposed)
        .flatMap(proposed -> plan(problem, proposed))
        .or(() -> first(problem));
  }

  private Optional<PlanChoice> measured(Tuning known, ConvolutionProblem problem) {
    try {
      return known.find(
          new Tuning.Key(machine(), "convolution " + problem),
          PlanChoice::parse,
          () -> PlanMeasurement.fastest(device, problem));
    } catch (CudaException e) {
      if (!e.outOfMemory()) {
        throw e;
      }
      LOG.info("{}: not measured, for want of memory: {}", problem, e.getMessage());
      return Optional.empty();
    }
  }

  private String machine() {
    String version = CudnnConvolutions.class.getPackage().getImplementationVersion();
    return SafeText.format(
        "%s, cuDNN %d, Blockwork %s",
        device,
        device.libraries().cudnn().cudnnGetVersion(),
        Objects.requireNonNullElse(version, "unknown"));
  }

  /** The plan that was found to be the fastest; empty if another engine is proposed there now. */
  private Optional<CudnnConvolution> plan(
      ConvolutionProblem problem, PlanChoice.Proposed proposed) {
    Optional<Proposals> asked = Proposals.of(device, problem, deterministic, proposed.way());
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    try (Proposals proposals = asked.get()) {
      if (proposed.index() >= proposals.count()) {
        return Optional.empty();
      }
      Optional<CudnnConvolution> plan = proposals.plan(proposed.index());
      if (plan.isPresent() && plan.get().engine() != proposed.engine()) {
        plan.get().close();
        return Optional.empty();
      }
      return plan.map(proposals::keep);
    }
  }

  private Optional<CudnnConvolution> first(ConvolutionProblem problem) {
    for (Proposals.Way way : Proposals.Way.of(problem, Proposals.Mode.A, Proposals.Mode.FALLBACK)) {
      Optional<Proposals> asked = Proposals.of(device, problem, deterministic, way);
      if (asked.isPresent()) {
        try (Proposals proposals = asked.get()) {
          for (int i = 0; i < proposals.count(); i++) {
            Optional<CudnnConvolution> plan = proposals.plan(i);
            if (plan.isPresent()) {
              return plan.map(proposals::keep);
            }
          }
        }
      }
    }
    return Optional.empty();
  }
}
