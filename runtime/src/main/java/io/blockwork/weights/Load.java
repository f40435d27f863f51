package io.blockwork.weights;

import io.blockwork.parameters.ParameterSource;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How weights go into a network. By default strictly: every parameter of the network has to be in
 * the file with its shape, and nothing else may be; otherwise nothing is changed.
 *
 * <p>Some differences are only of spelling, and always bridged:
 *
 * <ul>
 *   <li>prefixes that tools add, if every name has them and no name of the network does: {@code
 *       module.} (DataParallel), {@code _orig_mod.} (torch.compile), {@code model.} and {@code
 *       net.} (Lightning and others), also one after another;
 *   <li>the old names in torchvision's DenseNet files ({@code denselayer1.norm.1.weight} for {@code
 *       denselayer1.norm1.weight});
 *   <li>the head's name, if the network has one of {@code fc}, {@code classifier}, {@code linear},
 *       {@code head} and the file another;
 *   <li>{@code num_batches_tracked} may be missing, as in files from before PyTorch 0.4.1; the
 *       network's own counts then stay. They may be of any number type, and of shape {@code [1]}.
 * </ul>
 *
 * <p>What a file has of auxiliary outputs that the network was declared without ({@code aux =
 * false} of {@link io.blockwork.networks.GoogLeNet}) is no difference: the report lists it.
 *
 * <p>Instances are immutable.
 */
public final class Load implements ParameterSource<LoadReport> {
  private final Weights weights;
  private final boolean lenient;
  private final List<String> ignored;
  private final Optional<UnaryOperator<String>> renaming;
  private final boolean nonFinite;
  private final boolean heads;

  private Load(
      Weights weights,
      boolean lenient,
      List<String> ignored,
      Optional<UnaryOperator<String>> renaming,
      boolean nonFinite,
      boolean heads) {
    this.weights = weights;
    this.lenient = lenient;
    this.ignored = List.copyOf(ignored);
    this.renaming = renaming;
    this.nonFinite = nonFinite;
    this.heads = heads;
  }

  /** Strict loading of everything. */
  public static Load of(Weights weights) {
    return new Load(weights, false, List.of(), Optional.empty(), false, false);
  }

  /**
   * Takes what fits by name and shape, and leaves the rest of the network as it is; the report
   * lists what was left out on either side. (PyTorch's {@code strict=False} still fails on a shape;
   * this does not.)
   */
  public Load lenient() {
    return new Load(weights, true, ignored, renaming, nonFinite, heads);
  }

  /**
   * Leaves out the network's parameters, and the file's tensors, whose names in the network's terms
   * start with one of the prefixes. {@code ignoring("fc.")} takes all but the head.
   */
  public Load ignoring(String... prefixes) {
    List<String> all = new ArrayList<>(ignored);
    all.addAll(Arrays.asList(prefixes));
    return new Load(weights, lenient, all, renaming, nonFinite, heads);
  }

  /**
   * Leaves a head of the network ({@link io.blockwork.Architecture#heads}) as it is where the
   * file's is for another number of classes; the report lists it among what was ignored.
   */
  public Load replacingHeads() {
    return new Load(weights, lenient, ignored, renaming, nonFinite, true);
  }

  /**
   * Gives the file's tensors other names before they are compared. The function gets a name without
   * the prefixes that all names have (see above) and returns the network's; several functions are
   * applied in turn.
   */
  public Load renaming(UnaryOperator<String> names) {
    UnaryOperator<String> all =
        renaming
            .<UnaryOperator<String>>map(first -> n -> names.apply(first.apply(n)))
            .orElse(names);
    return new Load(weights, lenient, ignored, Optional.of(all), nonFinite, heads);
  }

  /**
   * Also takes NaN and infinity, and double values that are infinite as floats. By default they are
   * refused, in buffers too: a network with them computes nonsense, which some kernels make look
   * plausible, since their ReLU turns NaN into 0.
   */
  public Load allowingNonFinite() {
    return new Load(weights, lenient, ignored, renaming, true, heads);
  }

  /**
   * Loads.
   *
   * @return what was loaded, and what was left out
   * @throws WeightsException if the file does not fit: all of what is missing, unexpected or of
   *     another shape in one message; or if its content is damaged, or not finite. The parameters
   *     have not changed then. (Values are not held twice, so a disk that fails while checked
   *     values are copied is the one case that leaves some of them changed.)
   */
  @Override
  public LoadReport into(Parameters parameters) {
    LoadMatch plan = LoadMatch.of(this, parameters);
    if (!lenient) {
      plan.requireFit();
    }
    plan.run();
    return plan.report();
  }

  Weights weights() {
    return weights;
  }

  boolean allowsNonFinite() {
    return nonFinite;
  }

  boolean replacesHeads() {
    return heads;
  }

  boolean ignores(String name) {
    return ignored.stream().anyMatch(name::startsWith);
  }

  String renamed(String name) {
    return renaming.map(f -> f.apply(name)).orElse(name);
  }
}
