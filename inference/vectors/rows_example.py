"""Builds the worked example: a causal model of one block, its blob and its rows, by the second implementation."""
import struct, sys, json
sys.path.insert(0,__import__('os').path.dirname(__file__)); import rows_reference as ref
blob=b''; 
def put(b):
    global blob; o=len(blob); blob+=b; return o
def rec(M,s,B=None): return struct.pack("<iBq",M,s,(1<<(s-1)) if B is None else B)
def rows(W,P): return put(b''.join(struct.pack("<%db"%len(w),*w)+p for w,p in zip(W,P)))
def recs(P): return put(b''.join(P))
I8,I16,WIDE=0,1,2
nodes=[]
def node(i,fmt,*f): nodes.append(bytes([i])+struct.pack("<"+fmt,*f)); return len(nodes)-1
def opt(fmt,x): return b'\0' if x is None else b'\1'+struct.pack("<"+fmt,x)
def linear(inp,n,W,P,t,tab=None,add=None):
    o=rows(W,P)
    tb=b'\0' if tab is None else b'\1'+struct.pack("<QQ",put(struct.pack("<513i",*tab[0])),recs(tab[1]))
    nodes.append(bytes([15])+struct.pack("<IIQB",inp,n,o,t)+tb+opt("I",add)); return len(nodes)-1
node(13,"I",5)
E=[[10,-20,30,-40],[5,6,7,8],[-128,127,0,1],[64,-64,32,-32],[1,1,1,1]]
o=rows(E,[rec(3000,2),rec(-70000,5),rec(900,1),rec(1,1,5),rec(1<<24,1)])   # the last is out of range
pos=put(struct.pack("<12i",*[100,-100,50,0, 1,2,3,4, -8388608,8388607,7,-7]))  # -8388608 is out of range
nodes.append(bytes([14])+struct.pack("<IIQ",0,4,o)+opt("Q",pos)); x=1
n1=node(16,"I?QB",x,True,recs([rec(400,19),rec(-400,19),rec(500,19),rec(400,19)]),I8)
W=lambda k,n,a,b:[[((a*j+b*i+j*i)*37)%255-127 for i in range(k)] for j in range(n)]
qf=linear(n1,4,W(4,4,3,5),[rec(9000,11)]*4,I16)
ang=put(struct.pack("<12h",*[16384,0, 8852,13787, -6818,14898, 16384,0,16383,164, 16381,328][:12]))
q=node(17+1,"IIQ",qf,2,ang)
kf=linear(n1,2,W(4,2,7,11),[rec(9000,11)]*2,I16)
k=node(18,"IIQ",kf,1,ang)
v=linear(n1,2,W(4,2,13,2),[rec(5000,19),rec(-6000,19)],I8)
s=node(19,"IIII",q,k,2,1)
p=node(20,"IQ",s,put(struct.pack("<IB",25000,20)+struct.pack("<IB",120000,21)))
c=node(21,"IIIQB",p,v,1,recs([rec(1<<20,35),rec(1<<20,35),rec(-(1<<20),35),rec(1<<20,36)]),I8)
x2=linear(c,4,W(4,4,5,9),[rec(300,4)]*4,WIDE,None,x)
n2=node(16,"I?QB",x2,False,recs([rec(400,19)]*4),I8)
gate=[max(-2000,60*(i-256)) if i<256 else 128*(i-256) for i in range(513)]
up=linear(n2,3,W(4,3,2,3),[rec(7000,10)]*3,I16,(gate,[rec(1<<22,22)]*3))
m1=linear(n2,3,W(4,3,17,3),[rec(7000,10)]*3,I16)
act=node(17,"IQB",m1,put(struct.pack("<513i",*[128*(i-256) for i in range(513)])),I16)
mu=node(22,"IIQB",up,act,recs([rec(1<<20,34)]*3),I16)
x3=linear(mu,4,W(3,4,6,1),[rec(1<<18,22)]*4,WIDE,None,x2)
sel=node(24,"I?",x3,True)
n3=node(16,"I?QB",sel,False,recs([rec(9000,16)]*4),I16)
lg=linear(n3,5,W(4,5,1,1),[rec(1<<18,22)]*5,WIDE)
node(25,"I",lg)
comp=lambda n: bytes([n<<2])
model=bytes([2,1])+struct.pack("<I",3)+comp(len(nodes))+b''.join(nodes)+comp(3)+struct.pack("<III",x,x2,x3)+bytes(32)+struct.pack("<Q",len(blob))
ids=[3,4,2]
rows_,mac,_=ref.run(model,blob,ids)
if __name__=="__main__":
    for i,r in enumerate(rows_): print(i,_[i][0],r)
    print(len(model),len(blob),mac)
    json.dump(dict(model=model.hex(),blob=blob.hex(),ids=ids,mac=mac,rows=rows_),open('/tmp/rows-example.json','w'))
