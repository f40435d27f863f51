package io.blockwork.published;

import io.blockwork.io.DownloadOptions;
import io.blockwork.io.Downloads;
import io.blockwork.io.FileException;
import java.nio.file.Path;
import java.util.List;

/**
 * torchvision's published classification weights for the architectures that the annotations
 * express: facts from torchvision's weight metadata, and {@link #download}.
 *
 * <p>All were trained on ImageNet's 1000 classes with pictures of 224x224. {@code V2} ones come
 * from torchvision's newer training recipe. The annotation processor uses this class, so that it
 * needs nothing but the JDK and {@link io.blockwork.io}.
 */
public enum PretrainedWeights {
  /** torchvision's resnet18, ImageNet top-1 69.758 %, top-5 89.078 %. */
  RESNET18_IMAGENET1K_V1(Family.RESNET, "resnet18", "f37072fd", 11_689_512, 256, 69.758, 89.078),
  /** torchvision's resnet34, ImageNet top-1 73.314 %, top-5 91.42 %. */
  RESNET34_IMAGENET1K_V1(Family.RESNET, "resnet34", "b627a593", 21_797_672, 256, 73.314, 91.42),
  /** torchvision's resnet50, ImageNet top-1 76.13 %, top-5 92.862 %. */
  RESNET50_IMAGENET1K_V1(Family.RESNET, "resnet50", "0676ba61", 25_557_032, 256, 76.13, 92.862),
  /** torchvision's resnet50, ImageNet top-1 80.858 %, top-5 95.434 %. */
  RESNET50_IMAGENET1K_V2(Family.RESNET, "resnet50", "11ad3fa6", 25_557_032, 232, 80.858, 95.434),
  /** torchvision's resnet101, ImageNet top-1 77.374 %, top-5 93.546 %. */
  RESNET101_IMAGENET1K_V1(Family.RESNET, "resnet101", "63fe2227", 44_549_160, 256, 77.374, 93.546),
  /** torchvision's resnet101, ImageNet top-1 81.886 %, top-5 95.78 %. */
  RESNET101_IMAGENET1K_V2(Family.RESNET, "resnet101", "cd907fc2", 44_549_160, 232, 81.886, 95.78),
  /** torchvision's resnet152, ImageNet top-1 78.312 %, top-5 94.046 %. */
  RESNET152_IMAGENET1K_V1(Family.RESNET, "resnet152", "394f9c45", 60_192_808, 256, 78.312, 94.046),
  /** torchvision's resnet152, ImageNet top-1 82.284 %, top-5 96.002 %. */
  RESNET152_IMAGENET1K_V2(Family.RESNET, "resnet152", "f82ba261", 60_192_808, 232, 82.284, 96.002),
  /** torchvision's resnext50_32x4d, ImageNet top-1 77.618 %, top-5 93.698 %. */
  RESNEXT50_32X4D_IMAGENET1K_V1(
      Family.RESNEXT, "resnext50_32x4d", "7cdf4587", 25_028_904, 256, 77.618, 93.698),
  /** torchvision's resnext50_32x4d, ImageNet top-1 81.198 %, top-5 95.34 %. */
  RESNEXT50_32X4D_IMAGENET1K_V2(
      Family.RESNEXT, "resnext50_32x4d", "1a0047aa", 25_028_904, 232, 81.198, 95.34),
  /** torchvision's resnext101_32x8d, ImageNet top-1 79.312 %, top-5 94.526 %. */
  RESNEXT101_32X8D_IMAGENET1K_V1(
      Family.RESNEXT, "resnext101_32x8d", "8ba56ff5", 88_791_336, 256, 79.312, 94.526),
  /** torchvision's resnext101_32x8d, ImageNet top-1 82.834 %, top-5 96.228 %. */
  RESNEXT101_32X8D_IMAGENET1K_V2(
      Family.RESNEXT, "resnext101_32x8d", "110c445d", 88_791_336, 232, 82.834, 96.228),
  /** torchvision's resnext101_64x4d, ImageNet top-1 83.246 %, top-5 96.454 %. */
  RESNEXT101_64X4D_IMAGENET1K_V1(
      Family.RESNEXT, "resnext101_64x4d", "173b62eb", 83_455_272, 232, 83.246, 96.454),
  /** torchvision's wide_resnet50_2, ImageNet top-1 78.468 %, top-5 94.086 %. */
  WIDE_RESNET50_2_IMAGENET1K_V1(
      Family.WIDE_RESNET, "wide_resnet50_2", "95faca4d", 68_883_240, 256, 78.468, 94.086),
  /** torchvision's wide_resnet50_2, ImageNet top-1 81.602 %, top-5 95.758 %. */
  WIDE_RESNET50_2_IMAGENET1K_V2(
      Family.WIDE_RESNET, "wide_resnet50_2", "9ba9bcbe", 68_883_240, 232, 81.602, 95.758),
  /** torchvision's wide_resnet101_2, ImageNet top-1 78.848 %, top-5 94.284 %. */
  WIDE_RESNET101_2_IMAGENET1K_V1(
      Family.WIDE_RESNET, "wide_resnet101_2", "32ee1156", 126_886_696, 256, 78.848, 94.284),
  /** torchvision's wide_resnet101_2, ImageNet top-1 82.51 %, top-5 96.02 %. */
  WIDE_RESNET101_2_IMAGENET1K_V2(
      Family.WIDE_RESNET, "wide_resnet101_2", "d733dc28", 126_886_696, 232, 82.51, 96.02),
  /** torchvision's densenet121, ImageNet top-1 74.434 %, top-5 91.972 %. */
  DENSENET121_IMAGENET1K_V1(
      Family.DENSENET, "densenet121", "a639ec97", 7_978_856, 256, 74.434, 91.972),
  /** torchvision's densenet161, ImageNet top-1 77.138 %, top-5 93.56 %. */
  DENSENET161_IMAGENET1K_V1(
      Family.DENSENET, "densenet161", "8d451a50", 28_681_000, 256, 77.138, 93.56),
  /** torchvision's densenet169, ImageNet top-1 75.6 %, top-5 92.806 %. */
  DENSENET169_IMAGENET1K_V1(
      Family.DENSENET, "densenet169", "b2777c0a", 14_149_480, 256, 75.6, 92.806),
  /** torchvision's densenet201, ImageNet top-1 76.896 %, top-5 93.37 %. */
  DENSENET201_IMAGENET1K_V1(
      Family.DENSENET, "densenet201", "c1103571", 20_013_928, 256, 76.896, 93.37);

  /** The kind of architecture. */
  public enum Family {
    /** ResNet (He and others, 2015), with the stride on the 3x3 convolution. */
    RESNET,
    /** ResNeXt (Xie and others, 2016): grouped convolutions. */
    RESNEXT,
    /** Wide ResNet (Zagoruyko and Komodakis, 2016): twice the inner channels. */
    WIDE_RESNET,
    /** DenseNet (Huang and others, 2016). */
    DENSENET
  }

  private static final int CLASSES = 1000;
  private static final int CROP = 224;

  private final Family family;
  private final String architecture;
  private final String sha256Prefix;
  private final long parameters;
  private final int resize;
  private final double top1;
  private final double top5;

  PretrainedWeights(
      Family family,
      String architecture,
      String sha256Prefix,
      long parameters,
      int resize,
      double top1,
      double top5) {
    this.family = family;
    this.architecture = architecture;
    this.sha256Prefix = sha256Prefix;
    this.parameters = parameters;
    this.resize = resize;
    this.top1 = top1;
    this.top5 = top5;
  }

  /** The kind of architecture. */
  public Family family() {
    return family;
  }

  /** torchvision's name of the architecture: {@code resnet50}. */
  public String architecture() {
    return architecture;
  }

  /** The name of the published file. */
  public String fileName() {
    return architecture + "-" + sha256Prefix + ".pth";
  }

  /** The first eight hexadecimal digits of the file's SHA-256. */
  public String sha256Prefix() {
    return sha256Prefix;
  }

  /** Number of learnable values. */
  public long parameters() {
    return parameters;
  }

  /** Number of classes of the head. */
  public int classes() {
    return CLASSES;
  }

  /** Pixels that a picture's shorter side is resized to, bilinear with antialiasing. */
  public int resize() {
    return resize;
  }

  /** Side of the square that is then cut from the centre. */
  public int crop() {
    return CROP;
  }

  /** Mean of R, G and B, on the scale 0..1, which is subtracted. */
  public List<Double> mean() {
    return List.of(0.485, 0.456, 0.406);
  }

  /** Standard deviation of R, G and B, by which is divided. */
  public List<Double> std() {
    return List.of(0.229, 0.224, 0.225);
  }

  /** Documented accuracy on ImageNet's validation pictures, in percent. */
  public double top1() {
    return top1;
  }

  /** Documented share of those with the right class among the first five, in percent. */
  public double top5() {
    return top5;
  }

  /**
   * The file in the cache folder, fetched first if it is not there, with {@link
   * DownloadOptions#defaults}.
   *
   * @return the path of the verified file
   * @throws FileException if it cannot be fetched
   */
  public Path download() {
    return download(DownloadOptions.defaults());
  }

  /**
   * The file in the cache folder, fetched first if it is not there. A broken download is resumed;
   * the file is moved into place only after its SHA-256 has been compared; several processes and
   * threads may ask at once, one of them fetches.
   *
   * @return the path of the verified file
   * @throws FileException if it cannot be fetched
   */
  public Path download(DownloadOptions options) {
    return Downloads.fetch(
        fileName(), sha256Prefix, largestFile(), DownloadOptions.MIRROR_PROPERTY, options);
  }

  /** More than the file can have: four bytes a value, the statistics, and the pickle. */
  private long largestFile() {
    return 5 * parameters + (8L << 20);
  }
}
