package io.blockwork.weights;

import io.blockwork.parameters.Modules;
import io.blockwork.parameters.ParameterSource;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
  private final List<UnaryOperator<String>> renamings;
  private final boolean nonFinite;
  private final boolean heads;

  private Load(
      Weights weights,
      boolean lenient,
      List<String> ignored,
      List<UnaryOperator<String>> renamings,
      boolean nonFinite,
      boolean heads) {
    this.weights = weights;
    this.lenient = lenient;
    this.ignored = List.copyOf(ignored);
    this.renamings = List.copyOf(renamings);
    this.nonFinite = nonFinite;
    this.heads = heads;
  }

  /** Strict loading of everything. */
  public static Load of(Weights weights) {
    Objects.requireNonNull(weights, "weights");
    return new Load(weights, false, List.of(), List.of(), false, false);
  }

  /**
   * Takes what fits by name and shape, and leaves the rest of the network as it is; the report
   * lists what was left out on either side. (PyTorch's {@code strict=False} still fails on a shape;
   * this does not.)
   */
  public Load lenient() {
    return new Load(weights, true, ignored, renamings, nonFinite, heads);
  }

  /**
   * Leaves out what is at or below some modules, on both sides, by the network's names: {@code
   * ignoring("fc")} takes all but the head. Names are as in {@link io.blockwork.Network#freeze}; a
   * parameter's own name will do, too.
   *
   * @param modules names that neither the network nor the file has are refused when it loads
   */
  public Load ignoring(String... modules) {
    Objects.requireNonNull(modules, "modules");
    List<String> all = new ArrayList<>(ignored);
    Arrays.stream(modules).map(Modules::withoutDot).forEach(all::add);
    return new Load(weights, lenient, all, renamings, nonFinite, heads);
  }

  /**
   * Leaves a head of the network ({@link io.blockwork.Architecture#heads}) as it is where the
   * file's is for another number of classes; the report lists it among what was ignored.
   */
  public Load replacingHeads() {
    return new Load(weights, lenient, ignored, renamings, nonFinite, true);
  }

  /**
   * Gives the file's tensors other names before they are compared. The function gets a name without
   * the prefixes that all names have (see above) and returns the network's; several functions are
   * applied in turn.
   */
  public Load renaming(UnaryOperator<String> names) {
    Objects.requireNonNull(names, "names");
    List<UnaryOperator<String>> all = new ArrayList<>(renamings);
    all.add(names);
    return new Load(weights, lenient, ignored, all, nonFinite, heads);
  }

  /**
   * Gives what is at or below a module of the file another place: {@code renaming("backbone",
   * "features")} reads {@code backbone.conv0.weight} as {@code features.conv0.weight}. An empty
   * name stands for the whole file, or the whole network: {@code renaming("student", "")}.
   *
   * @param module the name in the file, as {@link #ignoring} takes it; one that names nothing there
   *     is refused when it loads
   * @param to the network's name for it
   */
  public Load renaming(String module, String to) {
    Objects.requireNonNull(to, "to");
    return renaming(new ModuleRenaming(Modules.withoutDot(module), Modules.withoutDot(to)));
  }

  /**
   * Also takes NaN and infinity, and double values that are infinite as floats. By default they are
   * refused, in buffers too: a network with them computes nonsense, which some kernels make look
   * plausible, since their ReLU turns NaN into 0.
   */
  public Load allowingNonFinite() {
    return new Load(weights, lenient, ignored, renamings, true, heads);
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
    weights.requireFloats();
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
    return ignored.contains(name) || Modules.within(ignored, name);
  }

  List<String> ignored() {
    return ignored;
  }

  /** In the order in which they apply. */
  List<UnaryOperator<String>> renamings() {
    return renamings;
  }
}
