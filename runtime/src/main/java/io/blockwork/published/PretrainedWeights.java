package io.blockwork.published;

import io.blockwork.image.Interpolation;
import io.blockwork.io.DownloadOptions;
import io.blockwork.io.Downloads;
import io.blockwork.io.FileException;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Published weights: facts of a file, and {@link #download}. {@link TorchvisionWeights} has those
 * of torchvision's ResNets and DenseNets; a network or block that {@code @Published} stands on
 * brings its own, which {@code network.published()} returns.
 *
 * @param name what annotations call them: {@code RESNET50_IMAGENET1K_V2}
 * @param file what to fetch; empty if it is for people to fetch
 * @param pictures how a picture becomes what the network reads
 * @param classNames the classes by their index; none: those of ImageNet, if there are 1000
 * @param accuracy what the publisher measured, if it is known
 */
public record PretrainedWeights(
    String name,
    Optional<RemoteFile> file,
    Pictures pictures,
    List<String> classNames,
    Optional<Accuracy> accuracy) {

  /** Bytes a value that a file may have: doubles, or floats with an optimiser's state. */
  private static final int MOST_BYTES = 16;

  /**
   * A file of the web.
   *
   * @param url its address, http or https
   * @param sha256 first hexadecimal digits of its SHA-256, at least eight
   * @param parameters learnable values in it, with those of auxiliary outputs
   */
  public record RemoteFile(URI url, String sha256, long parameters) {
    /** Checks that nothing is missing. */
    public RemoteFile {
      Objects.requireNonNull(url, "url");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /**
   * What is done to a picture.
   *
   * @param resize pixels that its shorter side is resized to, with antialiasing; 0 leaves it alone
   * @param crop side of the square that is then cut from the centre; 0 does not crop
   * @param interpolation how it is resized
   * @param mean of red, green and blue, on the scale 0..1, which is subtracted
   * @param std deviation of red, green and blue, by which is divided
   */
  public record Pictures(
      int resize, int crop, Interpolation interpolation, List<Double> mean, List<Double> std) {
    /** What torchvision's first ImageNet weights want. */
    static final Pictures USUAL =
        new Pictures(
            256,
            224,
            Interpolation.BILINEAR,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    /** Copies the lists. */
    public Pictures {
      Objects.requireNonNull(interpolation, "interpolation");
      Objects.requireNonNull(mean, "mean");
      Objects.requireNonNull(std, "std");
      mean = List.copyOf(mean);
      std = List.copyOf(std);
      NumberChecks.atLeast("resize", 0, resize);
      NumberChecks.atLeast("crop", 0, crop);
    }

    /**
     * The same for a network that reads images of another size: the shorter side is resized in
     * proportion. Pictures that are not cropped keep their size there, too.
     *
     * @param side height and width of the network's images
     */
    public Pictures at(int side) {
      NumberChecks.positive("side", side);
      if (crop == 0 || crop == side) {
        return this;
      }
      int resized = Math.toIntExact(Math.round((double) side * resize / crop));
      return new Pictures(resized, side, interpolation, mean, std);
    }
  }

  /**
   * Accuracy on ImageNet's validation pictures, in percent.
   *
   * @param top1 share of pictures whose likeliest class is the right one
   * @param top5 share of those with the right class among the five likeliest
   */
  public record Accuracy(double top1, double top5) {}

  /** Copies the list. */
  public PretrainedWeights {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(pictures, "pictures");
    Objects.requireNonNull(classNames, "classNames");
    Objects.requireNonNull(accuracy, "accuracy");
    classNames = List.copyOf(classNames);
  }

  /** Weights with the preprocessing of torchvision's first ImageNet weights, and without a file. */
  public static PretrainedWeights named(String name) {
    Objects.requireNonNull(name, "name");
    return new PretrainedWeights(
        name, Optional.empty(), Pictures.USUAL, List.of(), Optional.empty());
  }

  /**
   * The same with a file.
   *
   * @param url its address, http or https
   * @param sha256 first hexadecimal digits of its SHA-256, at least eight
   * @param parameters learnable values in it, with those of auxiliary outputs
   */
  public PretrainedWeights file(String url, String sha256, long parameters) {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(sha256, "sha256");
    var there = new RemoteFile(URI.create(url), sha256, parameters);
    return new PretrainedWeights(name, Optional.of(there), pictures, classNames, accuracy);
  }

  /** The same for pictures that are resized and cropped in another way. */
  public PretrainedWeights pictures(int resize, int crop, Interpolation interpolation) {
    Objects.requireNonNull(interpolation, "interpolation");
    return with(new Pictures(resize, crop, interpolation, pictures.mean(), pictures.std()));
  }

  /** The same with another mean and deviation of red, green and blue, on the scale 0..1. */
  public PretrainedWeights normalization(List<Double> mean, List<Double> std) {
    Objects.requireNonNull(mean, "mean");
    Objects.requireNonNull(std, "std");
    return with(
        new Pictures(pictures.resize(), pictures.crop(), pictures.interpolation(), mean, std));
  }

  private PretrainedWeights with(Pictures others) {
    return new PretrainedWeights(name, file, others, classNames, accuracy);
  }

  /** The same with the classes' names, by index. */
  public PretrainedWeights classes(String... names) {
    Objects.requireNonNull(names, "names");
    return new PretrainedWeights(name, file, pictures, List.of(names), accuracy);
  }

  /** The same with an accuracy that the publisher measured. */
  PretrainedWeights measured(Accuracy percent) {
    return new PretrainedWeights(name, file, pictures, classNames, Optional.of(percent));
  }

  /**
   * The name of the file.
   *
   * @throws FileException if the weights have no address
   */
  public String fileName() {
    String path = requireFile().url().getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private RemoteFile requireFile() {
    return file.orElseThrow(
        () ->
            new FileException(
                SafeText.format(
                    "the weights %s have no address to be fetched from\n  fix: fetch their file by hand, and load it by its path",
                    name)));
  }

  /**
   * The folder of the web that the file comes from: its own, or the mirror that the system property
   * {@code blockwork.mirror} names.
   *
   * @throws FileException if the weights have no address, or the mirror is not an http or https URL
   */
  public URI source() {
    return DownloadOptions.source(
        DownloadOptions.MIRROR_PROPERTY, requireFile().url().resolve(".").toString());
  }

  /**
   * The file in the cache folder, fetched from its {@link #source} if it is not there, with {@link
   * DownloadOptions#defaults}.
   *
   * @return the path of the verified file
   * @throws FileException if it cannot be fetched
   */
  public Path download() {
    return download(DownloadOptions.defaults().source(source()));
  }

  /**
   * The file in the cache folder, fetched from the options' source if it is not there. A broken
   * download is resumed; the file is moved into place only after its SHA-256 has been compared;
   * several processes and threads may ask at once, one of them fetches.
   *
   * @return the path of the verified file
   * @throws FileException if it cannot be fetched
   */
  public Path download(DownloadOptions options) {
    Objects.requireNonNull(options, "options");
    RemoteFile there = requireFile();
    // More than it can have: its values, buffers, and what describes them.
    long largest = MOST_BYTES * there.parameters() + (64L << 20);
    return Downloads.fetch(
        fileName(), there.sha256(), largest, DownloadOptions.MIRROR_PROPERTY, options);
  }
}
