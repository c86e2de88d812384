package io.baton;

/**
 * A message of Envoy's hot restart protocol. {@link Request} goes from child to parent (and, for UDP packets, back), {@link Reply} from
 * parent to child.
 */
sealed interface HotRestartMessage permits Request, Reply, HotRestartMessage.NotRecognized {

    /** {@code didnt_recognize_your_last_message}: the other side knows no such request. */
    record NotRecognized() implements HotRestartMessage {}
}
