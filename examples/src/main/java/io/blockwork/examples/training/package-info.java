/**
 * Training on photographs from the command line: {@link
 * io.blockwork.examples.training.Cifar10Command} from scratch, {@link
 * io.blockwork.examples.training.FineTuneCommand} from published weights. {@link
 * io.blockwork.examples.training.Examples} is the command that has both.
 */
@NullMarked
package io.blockwork.examples.training;

import org.jspecify.annotations.NullMarked;
