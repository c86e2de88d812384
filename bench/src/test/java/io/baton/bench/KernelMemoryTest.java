package io.baton.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelMemoryTest {
    @Test
    void slabsOfSocketsAreCountedAndOthersAreNot() {
        List<String> slabinfo = List.of(
                "slabinfo - version: 2.1",
                "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables",
                "TCP                   10    156   2368   13    8 : tunables    0    0    0",
                "tw_sock_TCP         8129   8208    256   16    1 : tunables    0    0    0",
                "filp                 100   3759    192   21    1 : tunables    0    0    0");
        assertThat(KernelMemory.slabs(slabinfo)).isEqualTo(10 * 2368 + 100 * 192);
    }

    @Test
    void buffersAreCountedInPages() {
        assertThat(KernelMemory.buffers(List.of(
                        "sockets: used 83", "TCP: inuse 27 orphan 0 tw 18017 alloc 48 mem 3", "UDP: inuse 0 mem 9")))
                .isEqualTo(3 * 4096);
        assertThat(KernelMemory.buffers(List.of("TCP: inuse 27"))).isZero();
    }
}
