package io.blockwork.architecture;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import com.tngtech.archunit.core.domain.InstanceofCheck;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import io.blockwork.graph.ops.Op;
import java.util.Set;
import java.util.TreeSet;

/**
 * What there is to know of an operation stands in its own file, so that a new one does not compile
 * before it is there. Nobody asks which operation one is, but those who look for a pattern.
 */
@AnalyzeClasses(
    packages = "io.blockwork",
    importOptions = {DoNotIncludeTests.class, PackageArrowsTest.DoNotIncludeExamples.class})
final class OperationFactsTest {
  /** They look for a pattern of operations, to put another in its place. */
  private static final Set<String> TRANSFORMS =
      Set.of("io.blockwork.graph.ops", "io.blockwork.graph.transforms");

  /** As transforms, these of the ONNX importer make one operation of several. */
  private static final Set<String> FOLDERS =
      Set.of(
          "Affines",
          "Arithmetic",
          "Convolutions",
          "Draft",
          "FoundBlocks",
          "Integers",
          "Moves",
          "Products");

  /** The classes that ask which operation one is, with what they ask. */
  private static Set<String> asking(JavaClasses classes, boolean patterns) {
    Set<String> asking = new TreeSet<>();
    for (JavaClass type : classes) {
      if (isPattern(type) == patterns) {
        for (InstanceofCheck check : type.getInstanceofChecks()) {
          if (isKind(check.getRawType())) {
            asking.add(type.getSimpleName() + " instanceof " + check.getRawType().getSimpleName());
          }
        }
        for (ReferencedClassObject named : type.getReferencedClassObjects()) {
          if (isKind(named.getRawType())) {
            asking.add(type.getSimpleName() + " names " + named.getRawType().getSimpleName());
          }
        }
      }
    }
    return asking;
  }

  private static boolean isKind(JavaClass type) {
    return type.isAssignableTo(Op.class) && !type.isEquivalentTo(Op.class);
  }

  private static boolean isPattern(JavaClass type) {
    return TRANSFORMS.contains(type.getPackageName())
        || type.getPackageName().equals("io.blockwork.onnx.importer")
            && FOLDERS.contains(type.getSimpleName());
  }

  @ArchTest
  void onlyThoseWhoLookForPatternsAskWhichOperationOneIs(JavaClasses classes) {
    assertWithMessage("make it a method of Op, or an Op.Visitor")
        .that(asking(classes, false))
        .isEmpty();
  }

  @ArchTest
  void thoseWhoAskAreFound(JavaClasses classes) {
    assertThat(asking(classes, true))
        .containsAtLeast(
            "FoldBatchNorm instanceof BatchNorm2d",
            "Draft instanceof Activate",
            "Moves instanceof MaxPool2d");
  }
}
