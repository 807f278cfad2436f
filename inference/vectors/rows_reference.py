"""Second implementation of models of rows, in big integers, from STAGE2.md 2 and the choices of the draft."""
import json, math, struct, sys
R=2**23-1
EXP=[round(2.0**23*2.0**(-f/256)) for f in range(256)]
LIM={0:(-128,127),1:(-32768,32767),2:(-R,R)}
def clamp(v,t): lo,hi=LIM[t]; return max(lo,min(hi,v))
class Rd:
    def __init__(s,b): s.b=b; s.o=0
    def u(s,n): v=int.from_bytes(s.b[s.o:s.o+n],'little'); s.o+=n; return v
    def opt(s,n): return s.u(n) if s.u(1) else None
    def compact(s):
        m=s.b[s.o]&3
        return s.u({0:1,1:2,2:4}[m])>>2
NAMES=dict(enumerate("Tokens Embed Linear Norm Activation Rope Scores Softmax Context Mul Pool Select ArgMax".split(),13))
F=dict(Tokens="4",Embed="448o8",Linear=None,Norm="4181",Activation="481",Rope="448",Scores="4444",Softmax="48",Context="44481",Mul="4481",Pool="481",Select="41",ArgMax="4")
def decode(b):
    r=Rd(b); assert r.u(1)==2; kind=r.u(1); mt=r.u(4); nodes=[]
    for _ in range(r.compact()):
        n=NAMES[r.u(1)]
        if n=="Linear":
            f=[r.u(4),r.u(4),r.u(8),r.u(1)]; f.append((r.u(8),r.u(8)) if r.u(1) else None); f.append(r.opt(4))
        elif n=="Embed": f=[r.u(4),r.u(4),r.u(8),r.opt(8)]
        else: f=[r.u(int(c)) for c in F[n]]
        nodes.append((n,f))
    trunk=[r.u(4) for _ in range(r.compact())]; r.u(16); r.u(16); ln=r.u(8); assert r.o==len(b)
    return kind,mt,nodes,trunk,ln
def rec(b,o):
    M,s,B=struct.unpack_from("<iBq",b,o)
    return (0,1,0) if abs(M)>=2**24 or not 1<=s<=61 or abs(B)>=2**62 else (M,s,B)
def apply(z,p,t):
    M,s,B=p; v=z*M+B; assert abs(v)<2**63; return clamp(v>>s,t)
def i8(b,o,n): return struct.unpack_from("<%db"%n,b,o)
def norm(x,c):
    n=len(x);S=sum(x) if c else 0;Q=sum(a*a for a in x);V=n*Q-S*S
    if V==0:return [0]*n
    b=V.bit_length();e=(48-b)//2
    m=V<<(2*e) if e>=0 else V>>(-2*e)
    q=math.isqrt(m);r=(1<<47)//q;k=31-e
    return [((n*a-S)*r+(1<<(k-1)))>>k for a in x]
def lut(b,o,x):
    T=struct.unpack_from("<513i",b,o); i=(x+32768)>>7; f=(x+32768)&127; return T[i]+(((T[i+1]-T[i])*f+64)>>7)
def run(model,b,ids):
    kind,mt,nodes,trunk,ln=decode(model); assert ln==len(b); T=len(ids); v=[]; ty=[]; mac=0
    one=[]
    seen=lambda i: range(i+1) if kind else range(T)
    pairs=T*(T+1)//2 if kind else T*T
    for n,f in nodes:
        if n=="Tokens": r=[[i] for i in ids]; t=9
        elif n=="Embed":
            _,w,o,p=f; r=[];t=2
            for i,x in enumerate(ids):
                q=o+x*(w+13); P=rec(b,q+w); row=[]
                for c,e in enumerate(i8(b,q,w)):
                    pos=struct.unpack_from("<i",b,p+4*(i*w+c))[0] if p is not None else 0
                    if abs(pos)>R: pos=0
                    row.append(clamp(apply(e,P,2)+pos,2))
                r.append(row)
        elif n=="Linear":
            a,no,o,t,tab,add=f; r=[]; K=len(v[a][0]); mac+=K*no*(2 if ty[a]==1 else 1)*(1 if one[a] else T)
            W=[(i8(b,o+j*(K+13),K),rec(b,o+j*(K+13)+K)) for j in range(no)]
            for i,x in enumerate(v[a]):
                row=[]
                for j,(w,P) in enumerate(W):
                    z=sum(p*q for p,q in zip(w,x))
                    if tab: y=apply(clamp(lut(b,tab[0],apply(z,P,1)),2),rec(b,tab[1]+13*j),t)
                    else: y=apply(z,P,t)
                    if add is not None: y=clamp(v[add][i][j]+y,2)
                    row.append(y)
                r.append(row)
        elif n=="Norm":
            a,c,o,t=f; r=[[apply(z,rec(b,o+13*j),t) for j,z in enumerate(norm(x,c))] for x in v[a]]
        elif n=="Activation":
            a,o,t=f; r=[[clamp(lut(b,o,e),t) for e in x] for x in v[a]]
        elif n=="Rope":
            a,h,o=f; t=0; r=[]
            for i,x in enumerate(v[a]):
                d=len(x)//h; row=[0]*len(x)
                for g in range(h):
                    for p in range(d//2):
                        C,S=struct.unpack_from("<hh",b,o+4*(i*(d//2)+p)); u,w=x[g*d+2*p],x[g*d+2*p+1]
                        row[g*d+2*p]=clamp((u*C-w*S+2**20)>>21,0); row[g*d+2*p+1]=clamp((u*S+w*C+2**20)>>21,0)
                r.append(row)
        elif n=="Scores":
            q,k,H,KV=f; t=3; d=len(v[q][0])//H; mac+=H*d*pairs
            r=[[sum(v[q][i][h*d+e]*v[k][j][h*KV//H*d+e] for e in range(d)) for h in range(H) for j in seen(i)] for i in range(T)]
        elif n=="Softmax":
            a,o=f; t=1; r=[]
            for i,x in enumerate(v[a]):
                m=len(seen(i)); row=[]
                for h in range(len(x)//m):
                    M,s=struct.unpack_from("<IB",b,o+5*h)
                    if M>=2**24 or not 1<=s<=61: M,s=0,1
                    l=x[h*m:h*m+m]; mx=max(l); u=[((mx-e)*M+(1<<(s-1)))>>s for e in l]
                    e=[EXP[z&255]>>(z>>8) if (z>>8)<24 else 0 for z in u]; S=sum(e); row+=[(2*32767*z+S)//(2*S) for z in e]
                r.append(row)
        elif n=="Context":
            p,a,KV,o,t=f; r=[]; d=len(v[a][0])//KV
            for i in range(T):
                m=len(seen(i)); H=len(v[p][i])//m
                r.append([apply(sum(v[p][i][h*m+j]*v[a][j][h*KV//H*d+e] for j in seen(i)),rec(b,o+13*(h*d+e)),t) for h in range(H) for e in range(d)])
            mac+=2*H*d*pairs
        elif n=="Mul":
            a,c,o,t=f; r=[[apply(x*y,rec(b,o+13*j),t) for j,(x,y) in enumerate(zip(p,q))] for p,q in zip(v[a],v[c])]
        elif n=="Pool":
            a,o,t=f; S=[sum(c) for c in zip(*v[a])]; k=0
            while any(abs(s>>k)>=2**23 for s in S): k+=1
            r=[[apply(z,rec(b,o+13*j),t) for j,z in enumerate(norm([s>>k for s in S],0))]]
        elif n=="Select": a,l=f; t=ty[a]; r=[v[a][-1 if l else 0]]
        elif n=="ArgMax": t=9; r=[[x.index(max(x))] for x in v[f[0]]]
        v.append(r); ty.append(t); one.append(n in("Pool","Select") or (n not in("Tokens",) and one[f[0]]))
    return v,mac,nodes
if __name__=="__main__":
    D=json.load(open(sys.argv[1])); stat={}; bad=0
    for k,c in enumerate(D):
        v,mac,nodes=run(bytes.fromhex(c["model"]),bytes.fromhex(c["blob"]),c["ids"])
        assert mac==c["mac"],(k,mac,c["mac"])
        for i,(a,e) in enumerate(zip(v,c["rows"])):
            s=stat.setdefault(nodes[i][0],[0,set(),0,0]); s[0]+=1
            for r in a: s[1].update(r); s[2]+=len(r); s[3]+=sum(abs(x) in (127,128,32767,32768,R,0) for x in r)
            if a!=e: bad+=1; print("differs",k,i,nodes[i]); break
    print(len(D),"models,",bad,"differ")
    for n,s in stat.items(): print("%-10s %4d nodes %6d elements %6d distinct, at a bound or zero %.2f"%(n,s[0],s[2],len(s[1]),s[3]/s[2]))
